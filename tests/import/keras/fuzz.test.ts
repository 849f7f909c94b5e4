import fc from "fast-check";
import { test } from "vitest";
import type { ModelSource } from "../../../src/import/source.js";
import { survives } from "../../support/fuzz.js";
import { editMembers, readFixture } from "../../support/keras-fixture.js";

/** FUZZ makes a longer run. */
const RUNS = Number(process.env.FUZZ ?? 500);

const archive = (bytes: Uint8Array): ModelSource => ({ name: "mutated.keras", bytes });

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
    { numRuns: RUNS, seed: 6 },
  );
});
