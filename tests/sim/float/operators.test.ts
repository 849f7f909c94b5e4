import { describe, expect, it } from "vitest";
import { FUNCTIONS, type Model, type ModelNode, type ModelOp } from "../../../src/ir/model/model.js";
import { functionParameters } from "../../../src/ir/model/operators/index.js";
import { verifyModel } from "../../../src/ir/model/verify.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { mistakeOf } from "../../support/mistake.js";
import { naiveModel } from "../../support/naive-model.js";
import { Random } from "../../support/random.js";
import { MODEL_OPS, randomModel } from "../../support/random-model.js";

type Event = Record<string, Float64Array>;

/** Multiples of 1/4; every third event is empty, every other one half empty. */
function randomEvent(random: Random, model: Model, number: number): Event {
  const full = [1, 0.5, 0][number % 3] as number;
  const inputs = model.nodes.filter(({ op }) => op === "input");
  return Object.fromEntries(
    inputs.map(({ name, shape }) => [
      name,
      Float64Array.from({ length: sizeOf(shape) }, () =>
        random.chance(full) ? random.integer(-16, 16) / 4 : 0,
      ),
    ]),
  );
}

/** Runs events one after the other, and compares every node with its definition. */
function compare(
  model: Model,
  seed: number,
  check: (actual: number, expected: number, at: string) => void,
): void {
  verifyModel(model);
  const random = new Random(seed);
  for (const quantizers of ["apply", "ignore"] as const) {
    const executor = createFloatExecutor(model, { quantizers });
    for (let n = 0; n < 6; n++) {
      const event = randomEvent(random, model, n);
      const actual = executor.runAll(event);
      const plain = Object.fromEntries(Object.entries(event).map(([name, values]) => [name, [...values]]));
      for (const [name, values] of naiveModel(model, plain, quantizers === "apply")) {
        expect(actual[name]).toHaveLength(values.length);
        for (const [e, value] of values.entries())
          check(actual[name]?.[e] as number, value, `seed ${seed}: ${name}[${e}]`);
      }
    }
  }
}

const exactly = (actual: number, expected: number, at: string) => {
  if (actual !== expected) expect([at, actual]).toEqual([at, expected]);
};
const closely = (actual: number, expected: number, at: string) => {
  const same = Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-12 * (1 + Math.abs(expected));
  if (!same) expect([at, actual]).toEqual([at, expected]);
};

const INEXACT: readonly ModelOp[] = ["function", "softmax"];
const EXACT = MODEL_OPS.filter((op) => !INEXACT.includes(op));

describe("the float executor", () => {
  it.each(MODEL_OPS)("computes %s by its definition", (op) => {
    for (let seed = 0; seed < 60; seed++) {
      compare(randomModel(new Random(seed), [op]), seed, INEXACT.includes(op) ? closely : exactly);
    }
  });

  it("computes chains of operators exactly, where doubles hold their values", () => {
    let nodes = 0;
    for (let seed = 0; seed < 400; seed++) {
      const random = new Random(seed);
      const model = randomModel(
        random,
        random.array(4, () => random.pick(EXACT)),
      );
      const divides = (node: ModelNode) =>
        (node.op === "reduce" && node.kind === "mean") || (node.op === "pool2d" && node.kind === "average");
      if (model.nodes.some(divides)) continue;
      compare(model, seed, exactly);
      nodes += model.nodes.length;
    }
    expect(nodes).toBeGreaterThan(1000);
  });

  it("computes chains behind dense values", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      // Of what a softmax gives, both ways to compute it have the same digits only nearly: no steps behind it.
      const smooth = EXACT.filter((op) => !["quantize", "threshold", "steps", "argmax"].includes(op));
      const last = random.array(3, () => random.pick(smooth));
      const model = randomModel(random, ["softmax", ...last]);
      compare({ ...model, nodes: model.nodes.map(unquantized) }, seed, closely);
    }
  });
});

/** A node without quantizers, which would make a step of a rounding difference. */
function unquantized(node: ModelNode): ModelNode {
  const keys = Object.keys(node).filter((key) => key.endsWith("uantizer") && node.op !== "quantize");
  return { ...node, ...Object.fromEntries(keys.map((key) => [key, undefined])) } as ModelNode;
}

/** A model of one node on an input of two values. */
function single(own: Readonly<Record<string, unknown>>, more: readonly unknown[] = []): Model {
  const nodes = [
    { op: "input", name: "x", inputs: [], shape: [2] },
    { name: "y", inputs: ["x"], shape: [2], ...own },
    ...more,
  ] as unknown as readonly ModelNode[];
  const model = { name: "m", nodes, outputs: [{ name: "out", value: nodes.at(-1)?.name as string }] };
  verifyModel(model);
  return model;
}

const run = (model: Model, ...x: readonly number[]) =>
  createFloatExecutor(model, { quantizers: "apply" }).run({ x: Float64Array.from(x) }).out as Float64Array;

describe("values at the ends of the doubles", () => {
  it.each(FUNCTIONS)("%s neither overflows nor loses its small values", (kind) => {
    const parameters = Object.fromEntries(functionParameters(kind).map((name) => [name, 1]));
    const model = single({ op: "function", kind, parameters });
    const expected: Record<string, readonly [number, number]> = {
      sigmoid: [0, 1],
      tanh: [-1, 1],
      exp: [0, Number.POSITIVE_INFINITY],
      log: [Number.NaN, Math.log(800)],
      sqrt: [Number.NaN, Math.sqrt(800)],
      reciprocal: [-1 / 800, 1 / 800],
      softplus: [0, 800],
      softsign: [-800 / 801, 800 / 801],
      elu: [-1, 800],
      selu: [-1, 800],
      gelu: [0, 800],
      gelu_tanh: [0, 800],
      silu: [0, 800],
      mish: [0, 800],
    };
    const [low, high] = run(model, -800, 800) as unknown as readonly [number, number];
    expect([low + 0, high]).toEqual(expected[kind]);
  });

  it("gelu keeps its digits far below zero", () => {
    const [value] = run(single({ op: "function", kind: "gelu", parameters: {} }), -10, 0) as unknown as [
      number,
    ];
    // −10 Φ(−10), Φ(−10) = 7.6198530241605260660e-24 (Abramowitz and Stegun, table 26.2).
    expect(value / -7.619853024160526e-23).toBeCloseTo(1, 12);
  });

  it("softmax subtracts the largest value first", () => {
    expect([...run(single({ op: "softmax" }), 5000, 5000)]).toEqual([0.5, 0.5]);
    expect([...run(single({ op: "softmax" }), -5000, 5000)]).toEqual([0, 1]);
  });

  const quantizer = (overflow: string) => ({
    types: { per: "tensor", items: [{ signed: true, width: 8, integer: 4 }] },
    rounding: "RND",
    overflow,
  });
  const reciprocal = (overflow: string) =>
    single({ op: "function", kind: "reciprocal", parameters: {} }, [
      { op: "quantize", name: "q", inputs: ["y"], shape: [2], quantizer: quantizer(overflow) },
    ]);

  it("an infinite function value saturates", () => {
    expect([...run(reciprocal("SAT"), 0, 2)]).toEqual([127 / 16, 0.5]);
  });

  it("what no quantizer has an answer for is the user's mistake, and says nothing about other events", () => {
    const model = reciprocal("WRAP");
    expect([...run(model, 4, 2)]).toEqual([0.25, 0.5]);
    expect(mistakeOf(() => run(model, 1, 0))).toBe(
      "node 'q': element 1 is Infinity, which WRAP does not quantize",
    );
  });
});
