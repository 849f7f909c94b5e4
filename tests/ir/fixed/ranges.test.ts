import { describe, expect, it } from "vitest";
import type { FixedConv2d, FixedInput } from "../../../src/ir/fixed/fixed.js";
import { FIXED_OPERATORS } from "../../../src/ir/fixed/operators/index.js";
import { typeRange } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import { channelHulls } from "../../../src/ir/interval.js";
import { fromBigInts, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { Random } from "../../support/random.js";
import { RANDOM_CHAIN, randomFixed, randomInputs } from "../../support/random-fixed.js";

describe("ranges", () => {
  it("hold every value of every node, and fit its types", () => {
    let values = 0;
    for (let seed = 1; seed <= 600; seed++) {
      const fixed = randomFixed(seed, seed % 4 === 0 ? RANDOM_CHAIN : {});
      const reference = referenceSimulator(fixed);
      const random = new Random(seed);
      for (let event = 0; event < 6; event++) {
        const integers = randomInputs(random, fixed, random.pick([0, 0.5, 1]));
        const trace = reference.trace(
          Object.fromEntries(
            reference.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
          ),
        );
        for (const node of fixed.nodes) {
          const channels = node.shape.at(-1) ?? 1;
          toBigInts(trace[node.name]).forEach((k, i) => {
            const { lo, hi } = atElement(node.ranges, i, channels);
            const type = typeRange(atElement(node.types, i, channels));
            if (k < lo || k > hi || k < type.lo || k > type.hi) {
              throw new Error(`seed ${seed}: ${k} of '${node.name}' is outside ${lo}..${hi}`);
            }
            values++;
          });
        }
      }
    }
    expect(values).toBeGreaterThan(100_000);
  });

  it("of a convolution without padding are reached at both ends, for every channel", () => {
    const random = new Random(3);
    for (let n = 0; n < 60; n++) {
      const fixed = randomFixed(n + 1, { granularities: ["tensor", "channel"] });
      const image = fixed.nodes[0] as FixedInput;
      const channels = image.shape[2];
      const shape = [random.integer(1, image.shape[0]), random.integer(1, image.shape[1]), channels, 3];
      const kernel = {
        shape,
        data: random.array(
          shape.reduce((a, b) => a * b, 1),
          () => BigInt(random.integer(-9, 9)),
        ),
      };
      const conv: FixedConv2d = {
        op: "conv2d",
        name: "conv",
        inputs: [image.name],
        shape: [image.shape[0] - shape[0] + 1, image.shape[1] - shape[1] + 1, 3],
        types: { per: "tensor", items: [{ signed: true, width: 60, integer: 60 }] },
        ranges: { per: "tensor", items: [{ lo: -(2n ** 59n), hi: 2n ** 59n - 1n }] },
        kernel,
        bias: { shape: [3], data: random.array(3, () => BigInt(random.integer(-99, 99))) },
        pads: { top: 0, bottom: 0, left: 0, right: 0 },
        strides: { rows: 1, columns: 1 },
        dilations: { rows: 1, columns: 1 },
        groups: 1,
      };
      const proven = FIXED_OPERATORS.conv2d.ranges(conv, [image]);
      const inputRanges = channelHulls(image.ranges, image.shape);
      for (let o = 0; o < 3; o++) {
        for (const end of ["lo", "hi"] as const) {
          // Every tap of the first output at its worst.
          const values = random.array(image.shape[0] * image.shape[1] * channels, (i) => {
            const c = i % channels;
            const x = Math.floor(i / channels) % image.shape[1];
            const y = Math.floor(i / channels / image.shape[1]);
            if (y >= shape[0] || x >= shape[1]) return inputRanges[c].lo;
            const weight = kernel.data[((y * shape[1] + x) * channels + c) * 3 + o];
            return weight >= 0n === (end === "hi") ? inputRanges[c].hi : inputRanges[c].lo;
          });
          const result = FIXED_OPERATORS.conv2d.evaluate(conv, [image], [values]);
          expect(result[o]).toBe(proven.items[o][end]);
        }
      }
    }
  });
});
