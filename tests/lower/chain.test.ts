import { describe, expect, it } from "vitest";
import type { FixedNode } from "../../src/ir/fixed/fixed.js";
import type { PointwiseNode } from "../../src/ir/fixed/pointwise.js";
import { narrowestType, OVERFLOWS, ROUNDINGS, type Rounding } from "../../src/ir/fixed-point.js";
import { type ChainStep, lowerSums } from "../../src/lower/chain.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { evaluatePointwise } from "../../src/lower/pointwise.js";
import { combinational, inputSignal } from "../support/circuit.js";

const FRACTION = 6;
const INPUT = { lo: -16n, hi: 15n };
/** 9 · x − 7 · y + 5, both in `INPUT`: too wide for a table. */
const ROW = { weights: [9n, -7n], bias: 5n };
const SUM = { lo: 9n * -16n - 7n * 15n + 5n, hi: 9n * 15n + 7n * 16n + 5n };

/** A scalar node of one type and one range; what it is for is its operator. */
function scalar(node: object, range: typeof SUM, fraction: number): FixedNode {
  return {
    name: "n",
    inputs: [],
    shape: [1],
    types: { per: "tensor", items: [narrowestType(range, fraction)] },
    ranges: { per: "tensor", items: [range] },
    ...node,
  } as unknown as FixedNode;
}

/** What stands behind the sum: a ReLU, or an affine that turns its sign and then a ReLU, or nothing; then a requantization. */
function chainsOf(requantize: PointwiseNode): readonly (readonly ChainStep[])[] {
  const sum = scalar({ op: "dense" }, SUM, FRACTION);
  const constants = { multiplier: { per: "tensor", items: [-2n] }, offset: { per: "tensor", items: [3n] } };
  const turned = { lo: -2n * SUM.hi + 3n, hi: -2n * SUM.lo + 3n };
  const affine = scalar({ op: "affine", ...constants }, turned, FRACTION);
  const relu = (hi: bigint) => scalar({ op: "relu" }, { lo: 0n, hi }, FRACTION);
  const step = (node: FixedNode, source: FixedNode): ChainStep => ({ node: node as PointwiseNode, source });
  const [plain, after] = [relu(SUM.hi), relu(turned.hi)];
  return [
    [step(requantize, sum)],
    [step(plain, sum), step(requantize, plain)],
    [step(affine, sum), step(after, affine), step(requantize, after)],
  ];
}

const run = (chain: readonly ChainStep[], k: bigint) =>
  chain.reduce((value, { node, source }) => evaluatePointwise(node, source, 0, value), k);

/** The sum and what stands behind it as a module, and how many of its cells add. */
function lower(chain: readonly ChainStep[]) {
  const builder = new ModuleBuilder();
  const inputs = ["x", "y"].map((name) => inputSignal(builder, name, 5, INPUT));
  const ranges = chain.map(({ node }) => (node as FixedNode).ranges.items[0] as typeof SUM);
  const rangeOf = (step: number) => (step < 0 ? SUM : (ranges[step] as typeof SUM));
  const [out] = lowerSums(builder, inputs, [ROW], { steps: chain, rangeOf }, [0]);
  const module = builder.finish("m", [], [{ name: "out", signal: out as NonNullable<typeof out> }]);
  const adders = module.wires.filter(({ cell }) => ["add", "sub", "add3"].includes(cell.op)).length;
  return { run: combinational(module), adders };
}

describe("a chain behind a sum", () => {
  for (const rounding of ROUNDINGS) {
    it.each(OVERFLOWS)(`computes every value: ReLU and requantization, ${rounding}, %s`, (overflow) => {
      for (const fraction of [7, 5, 3]) {
        for (const signed of [false, true]) {
          const type = { signed, width: 4, integer: 4 - fraction };
          const ranges = { lo: -8n, hi: 15n };
          const node = scalar({ op: "requantize", rounding, overflow }, ranges, fraction);
          const types = { per: "tensor", items: [type] };
          for (const chain of chainsOf({ ...node, types } as unknown as PointwiseNode)) {
            const { run: circuit } = lower(chain);
            for (let x = INPUT.lo; x <= INPUT.hi; x += 3n) {
              for (let y = INPUT.lo; y <= INPUT.hi; y++) {
                const found = circuit({ x: BigInt.asUintN(5, x), y: BigInt.asUintN(5, y) });
                const expected = run(chain, 9n * x - 7n * y + 5n);
                if (found !== expected) throw new Error(`x ${x}, y ${y}: ${found}, not ${expected}`);
              }
            }
          }
        }
      }
    });
  }

  it.each(["RND", "RND_INF", "AWAY", "RND_ZERO", "TRN_ZERO"] as readonly Rounding[])(
    "%s behind a ReLU takes no adder: its constant is in the sum's bias",
    (rounding) => {
      const node = scalar({ op: "requantize", rounding, overflow: "WRAP" }, { lo: 0n, hi: 15n }, 3);
      const types = { per: "tensor", items: [{ signed: false, width: 4, integer: 1 }] };
      const truncated = scalar(
        { op: "requantize", rounding: "TRN", overflow: "WRAP" },
        { lo: 0n, hi: 15n },
        3,
      );
      const adders = (requantize: FixedNode) =>
        lower(chainsOf({ ...requantize, types } as unknown as PointwiseNode)[1] as readonly ChainStep[])
          .adders;
      expect(adders(node)).toBe(adders(truncated));
    },
  );
});
