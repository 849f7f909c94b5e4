import fc from "fast-check";
import { expect } from "vitest";
import { importModel } from "../../src/import/index.js";
import type { ModelSource } from "../../src/import/source.js";
import { UserError } from "../../src/ir/errors.js";

const SLOWEST_MS = 2000;

/** A change of a file's bytes. */
export interface Mutation {
  /** Where, as a fraction of the length. */
  readonly at: number;
  readonly kind: "set" | "delete" | "repeat" | "cut";
  readonly byte: number;
  readonly length: number;
}

/** A few changes at random places. */
export const mutations = fc.array(
  fc.record<Mutation>({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom("set", "set", "set", "delete", "repeat", "cut"),
    byte: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 1, max: 64 }),
  }),
  { minLength: 1, maxLength: 6 },
);

/** The bytes after a change. */
export function mutate(bytes: Uint8Array, { at, kind, byte, length }: Mutation): Uint8Array {
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

/**
 * How long something takes in milliseconds: of this process's processor time where that is less than the time that passed,
 * because tests share the machine.
 */
export async function timeOf<T>(
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly ms: number }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const result = await action();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: Math.min(performance.now() - start, (user + system) / 1000) };
}

/** Importing gives a model or a UserError, quickly: nothing else. */
export async function survives(source: ModelSource): Promise<void> {
  const { result, ms } = await timeOf(() => importModel(source).catch((error: unknown) => error));
  if (result instanceof UserError) expect(result.message).not.toBe("");
  else if (result instanceof Error) throw result;
  else expect(result).toMatchObject({ model: { nodes: expect.any(Array), outputs: expect.any(Array) } });
  expect(ms).toBeLessThan(SLOWEST_MS);
}
