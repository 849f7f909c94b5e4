import { describe, expect, it } from "vitest";
import type { Fixed } from "../../../src/ir/fixed/fixed.js";
import { type FixedType, toNumber, typeRange, unitOf } from "../../../src/ir/fixed-point.js";
import type { Model } from "../../../src/ir/model/model.js";
import { quantizeModel } from "../../../src/quantize/quantize.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { input, modelOf, quantize, type } from "../../support/model-graph.js";
import { Random } from "../../support/random.js";

const VECTORS = 20_000;
const ROWS = 20;

const SIZES = [2, 3, 5, 10, 16, 33, 64];
const INPUTS: readonly FixedType[] = [
  type("fixed<4,4>"),
  type("fixed<6,3>"),
  type("fixed<8,4>"),
  type("fixed<10,2>"),
  type("fixed<12,6>"),
  type("fixed<16,6>"),
  type("fixed<16,4>"),
  type("fixed<16,10>"),
  { ...type("fixed<9,4>"), scale: { n: 13421773n, d: 16777217n } },
];
const OUTPUTS = ["ufixed<8,0>", "ufixed<8,1>", "ufixed<6,0>", "ufixed<4,0>", "fixed<8,1>"].map(type);

function softmaxModel(shape: readonly number[], from: FixedType, to: FixedType): Model {
  return modelOf(
    input("x", shape),
    quantize("q", "x", shape, from),
    { op: "softmax", name: "s", inputs: ["q"], shape },
    quantize("y", "s", shape, to),
  );
}

/** Runs a graph: integers of its input to integers of its output. */
function outputs(fixed: Fixed): (x: bigint[]) => readonly number[] {
  const simulator = referenceSimulator(fixed);
  return (x) => Array.from(simulator.run({ x }).y as ArrayLike<number | bigint>, Number);
}

function softmax(logits: readonly number[]): readonly number[] {
  const most = Math.max(...logits);
  const exps = logits.map((x) => Math.exp(x - most));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

/** Logits of all kinds: over the whole range, close together, one ahead, many equal. */
function logits(random: Random, from: FixedType, count: number): bigint[] {
  const { lo, hi } = typeRange(from);
  const whole = () => random.within({ lo, hi });
  const near = BigInt(Math.max(2, Math.ceil(random.pick([0.5, 2, 6]) / toNumber(1n, from))));
  const clip = (k: bigint) => (k < lo ? lo : k > hi ? hi : k);
  switch (random.integer(0, 3)) {
    case 0:
      return random.array(count, whole);
    case 1: {
      const centre = whole();
      return random.array(count, () => clip(centre + random.within({ lo: -near, hi: near })));
    }
    case 2: {
      const common = whole();
      return random.array(count, (i) => (i === 0 ? whole() : common));
    }
    default: {
      const two = [whole(), whole()];
      return random.array(count, () => random.pick(two));
    }
  }
}

describe("softmax", () => {
  it(`is under one output step off and keeps the order of the logits, on ${VECTORS} random vectors`, () => {
    const cases = SIZES.flatMap((size) =>
      INPUTS.map((from, i) => ({ size, from, to: OUTPUTS[(size + i) % OUTPUTS.length] as FixedType })),
    );
    const each = Math.ceil(VECTORS / cases.length / ROWS);
    let vectors = 0;
    let worst = 0;
    for (const [n, { size, from, to }] of cases.entries()) {
      const { fixed } = quantizeModel(softmaxModel([ROWS, size], from, to));
      const run = outputs(fixed);
      const random = new Random(1000 + n);
      const step = Number(unitOf(to).n) / Number(unitOf(to).d);
      for (let event = 0; event < each; event++) {
        const rows = random.array(ROWS, () => logits(random, from, size));
        const result = run(rows.flat());
        for (const [r, row] of rows.entries()) {
          const expected = softmax(row.map((k) => toNumber(k, from)));
          const found = result.slice(r * size, (r + 1) * size);
          const best = Math.max(...found);
          const highest = row.reduce((a, b) => (a > b ? a : b));
          for (const [i, p] of expected.entries()) {
            const error = Math.abs((found[i] as number) - p / step);
            worst = Math.max(worst, error);
            // Doubles show 1 where the softmax is just below it; then a type that ends below 1 is one step off.
            if (!(p === 1 && error === 1)) {
              expect(error, `case ${n}, event ${event}, row ${r}, element ${i}`).toBeLessThan(1);
            }
            if (row[i] === highest) expect(found[i]).toBe(best);
          }
          vectors++;
        }
      }
    }
    expect(vectors).toBeGreaterThanOrEqual(VECTORS);
    expect(worst).toBeGreaterThan(0.5);
  }, 120_000);

  it("of wide accumulators is as accurate", () => {
    const from = type("fixed<30,8>");
    const to = type("ufixed<8,0>");
    const { fixed } = quantizeModel(softmaxModel([ROWS, 5], from, to));
    const run = outputs(fixed);
    const random = new Random(5);
    for (let event = 0; event < 5; event++) {
      const rows = random.array(ROWS, () => logits(random, from, 5));
      const result = run(rows.flat());
      for (const [r, row] of rows.entries()) {
        for (const [i, p] of softmax(row.map((k) => toNumber(k, from))).entries()) {
          expect(Math.abs((result[r * 5 + i] as number) - p * 256)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it("without a quantizer behind it is ufixed<16,1>, with a note; or what the configuration says", () => {
    const model: Model = modelOf(input("x", [4]), quantize("q", "x", [4], type("fixed<8,4>")), {
      op: "softmax",
      name: "s",
      inputs: ["q"],
      shape: [4],
    });
    const { fixed, notes } = quantizeModel(model);
    expect(fixed.nodes.at(-1)?.types.items).toEqual([type("ufixed<16,1>")]);
    expect(notes.map(({ where, message }) => `${where}: ${message}`)).toEqual([
      `node 's': the model does not fix the type of its result; it is ufixed<16,1>, another goes into l1c.yaml as types: { s: "ufixed<16,1>" }`,
    ]);
    const asked = quantizeModel(model, { s: type("ufixed<10,0>") });
    expect(asked.fixed.nodes.at(-1)?.types.items).toEqual([type("ufixed<10,0>")]);
    expect(asked.notes).toEqual([]);
  });

  it("of one logit is 1, of equal logits equal", () => {
    const one = quantizeModel(softmaxModel([1], type("fixed<8,4>"), type("ufixed<8,1>"))).fixed;
    expect(outputs(one)([-100n])).toEqual([128]);
    const four = quantizeModel(softmaxModel([4], type("fixed<8,4>"), type("ufixed<8,1>"))).fixed;
    expect(outputs(four)([3n, 3n, 3n, 3n])).toEqual([32, 32, 32, 32]);
  });
});
