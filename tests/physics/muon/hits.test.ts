import fc from "fast-check";
import { expect, it } from "vitest";
import { nonzeroVoxels } from "../../../src/physics/muon/hits.js";

it("nonzeroVoxels finds what a plain loop finds, at any alignment", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64, max: 3 }), fc.nat(7), fc.nat(9), (data, shift, start) => {
      const block = new Uint8Array(data.length + shift + 16).subarray(shift, shift + data.length);
      block.set(data);
      const size = Math.max(0, data.length - start);
      const expected = [...data.subarray(start)].flatMap((value, i) => (value !== 0 ? [i] : []));
      expect(nonzeroVoxels(block, Math.min(start, data.length), size)).toEqual(expected);
    }),
    { seed: 5, numRuns: 500 },
  );
});
