import fc from "fast-check";
import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { UserError } from "../../../src/ir/errors.js";
import { editMembers, readFixture } from "../../support/keras-fixture.js";

/** The short version that runs always; FUZZ=2000 makes the long one. */
const RUNS = Number(process.env.FUZZ ?? 150);
const SLOWEST_MS = 2000;

interface Mutation {
  /** Where, as a fraction of the length. */
  readonly at: number;
  readonly kind: "set" | "delete" | "repeat" | "cut";
  readonly byte: number;
  readonly length: number;
}

const mutations = fc.array(
  fc.record<Mutation>({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom("set", "set", "set", "delete", "repeat", "cut"),
    byte: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 1, max: 64 }),
  }),
  { minLength: 1, maxLength: 6 },
);

function mutate(bytes: Uint8Array, { at, kind, byte, length }: Mutation): Uint8Array {
  const start = Math.floor(at * bytes.length);
  const copy = bytes.slice();
  switch (kind) {
    case "set":
      copy[start] = byte;
      return copy;
    case "cut":
      return copy.subarray(0, start);
    case "delete":
      return Uint8Array.from([...copy.subarray(0, start), ...copy.subarray(start + length)]);
    case "repeat":
      return Uint8Array.from([...copy.subarray(0, start + length), ...copy.subarray(start)]);
  }
}

/** Importing gives a model or a UserError, quickly: nothing else. */
async function survives(bytes: Uint8Array): Promise<void> {
  const start = performance.now();
  const result = await importModel(bytes, "mutated.keras").catch((error: unknown) => error);
  if (result instanceof UserError) expect(result.message).not.toBe("");
  else expect(result).toMatchObject({ nodes: expect.any(Array), outputs: expect.any(Array) });
  expect(performance.now() - start).toBeLessThan(SLOWEST_MS);
}

const fuzz = (seed: number, file: (changes: readonly Mutation[]) => Uint8Array) =>
  fc.assert(
    fc.asyncProperty(mutations, (changes) => survives(file(changes))),
    { numRuns: RUNS, seed },
  );

test("a mutated archive", () => {
  const original = readFixture("sequential.keras");
  return fuzz(1, (changes) => changes.reduce(mutate, original));
});

// The checksums of the archive would hide these from the readers behind it.
test.each(["config.json", "model.weights.h5"])("a mutated %s in a sound archive", async (name) => {
  const original = readFixture("sequential.keras");
  const before = await importModel(original, "sound.keras");
  await fuzz(2, (changes) =>
    editMembers(original, (members) => ({ ...members, [name]: changes.reduce(mutate, members[name]) })),
  );
  // The HDF5 library lives on between imports: damaged files must leave nothing behind in it.
  expect(await importModel(original, "sound.keras")).toEqual(before);
});
