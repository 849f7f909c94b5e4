import fc from "fast-check";
import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { ModelSource } from "../../../src/import/source.js";
import { type Mutation, mutate, mutations, survives } from "../../support/fuzz.js";
import { editMembers, readFixture } from "../../support/keras-fixture.js";

/** The short version that runs always; FUZZ=2000 makes the long one. */
const RUNS = Number(process.env.FUZZ ?? 150);

const fuzz = (seed: number, file: (changes: readonly Mutation[]) => ModelSource, runs = RUNS) =>
  fc.assert(
    fc.asyncProperty(mutations, (changes) => survives(file(changes))),
    { numRuns: runs, seed },
  );

const archive = (bytes: Uint8Array): ModelSource => ({ name: "mutated.keras", bytes });
const changed = (bytes: Uint8Array, changes: readonly Mutation[]) => changes.reduce(mutate, bytes);

test("a mutated archive", () => {
  const original = readFixture("sequential.keras");
  return fuzz(1, (changes) => archive(changed(original, changes)));
});

// The checksums of the archive would hide these from the readers behind it.
test.each([
  ["config.json", "sequential.keras"],
  ["model.weights.h5", "sequential.keras"],
  ["config.json", "hgq2_merge.keras"],
  ["config.json", "layers_nested.keras"],
  ["config.json", "layers_dense.keras"],
  ["config.json", "layers_shape.keras"],
])("a mutated %s in a sound %s", async (name, fixture) => {
  const original = readFixture(fixture);
  const before = await importModel(archive(original));
  await fuzz(2, (changes) =>
    archive(editMembers(original, (members) => ({ ...members, [name]: changed(members[name], changes) }))),
  );
  // The HDF5 library lives on between imports: damaged files must leave nothing behind in it.
  expect(await importModel(archive(original))).toEqual(before);
});

test.each(["keras2_layers.h5", "keras2_chunked.h5", "hgq1_sequence.h5"])("a mutated %s", async (fixture) => {
  const original = readFixture(fixture);
  const source = (bytes: Uint8Array): ModelSource => ({ name: fixture, bytes });
  const before = await importModel(source(original));
  await fuzz(3, (changes) => source(changed(original, changes)));
  expect(await importModel(source(original))).toEqual(before);
});

test("a mutated architecture, and mutated weights beside a sound one", async () => {
  const bytes = readFixture("keras2_sequential.json");
  const weights = { name: "w.h5", bytes: readFixture("keras2_sequential_weights.h5") };
  await fuzz(4, (changes) => ({ name: "m.json", bytes: changed(bytes, changes), weights }));
  await fuzz(5, (changes) => ({
    name: "m.json",
    bytes,
    weights: { ...weights, bytes: changed(weights.bytes, changes) },
  }));
});

/** Values that a hostile configuration may hold anywhere. */
const VALUES = [
  null,
  true,
  -1,
  0,
  1,
  3,
  1.5,
  1e9,
  2 ** 40,
  1e300,
  "",
  "x",
  "same",
  [],
  [1],
  [0, 0],
  [1e9, 1e9],
  [[1, 2]],
  {},
] as const;

test("any value of a configuration replaced by any other", async () => {
  const fixtures = [
    "layers_conv",
    "layers_pool",
    "layers_merge",
    "layers_shape",
    "layers_norm",
    "layers_dense",
    "hgq2_tables",
  ];
  const originals = fixtures.map((name) => readFixture(`${name}.keras`));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(fixtures.length - 1),
      fc.nat(),
      fc.constantFrom(...VALUES),
      async (which, place, value) => {
        const bytes = editMembers(originals[which], (members) => {
          const text = new TextDecoder().decode(members["config.json"]).replaceAll("Infinity", "null");
          const config = JSON.parse(text);
          const places: [Record<string, unknown>, string][] = [];
          const walk = (node: unknown): void => {
            if (typeof node !== "object" || node === null) return;
            for (const [key, inner] of Object.entries(node)) {
              places.push([node as Record<string, unknown>, key]);
              walk(inner);
            }
          };
          walk(config);
          const [owner, key] = places[place % places.length];
          owner[key] = value;
          return { ...members, "config.json": new TextEncoder().encode(JSON.stringify(config)) };
        });
        await survives(archive(bytes));
      },
    ),
    { numRuns: RUNS * 3, seed: 6 },
  );
});
