import { describe, expect, it } from "vitest";
import { UserError } from "../../src/ir/errors.js";
import type { FixedNode } from "../../src/ir/fixed/fixed.js";
import { type FixedType, toNumber, typeRange, unitOf } from "../../src/ir/fixed-point.js";
import { atElement, mapGranular } from "../../src/ir/granular.js";
import type { Model, ModelNode, ModelOp } from "../../src/ir/model/model.js";
import { quantizeModel } from "../../src/quantize/quantize.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { naiveModel } from "../support/naive-model.js";
import { Random } from "../support/random.js";
import { type Choices, MODEL_OPS, randomModel, SMALL } from "../support/random-model.js";

/** As SMALL, but half of the types with an odd factor, so that units differ by more than powers of two. */
const SCALED: Choices = {
  real: SMALL.real,
  quantizer: (random, shape) => {
    const quantizer = SMALL.quantizer(random, shape);
    const scaled = (type: FixedType): FixedType =>
      random.chance(0.5) ? { ...type, scale: { n: random.pick([3n, 5n, 15n, 13n]), d: 1n } } : type;
    return { ...quantizer, types: mapGranular(quantizer.types, scaled) };
  },
};

const INEXACT: readonly ModelOp[] = ["function", "softmax"];
const EXACT = MODEL_OPS.filter((op) => op !== "input" && !INEXACT.includes(op));
const TYPES: Readonly<Record<string, FixedType>> = {
  image: { signed: true, width: 4, integer: 2 },
  vector: { signed: true, width: 3, integer: 3, scale: { n: 3n, d: 1n } },
};

/** A random model that converts: nodes that are refused (no quantizer for weights, no bit to select by) are left out. */
function convertible(random: Random, count: number, choices: Choices) {
  const ops = random.array(count, () => random.pick(EXACT));
  let model = randomModel(random, ops, choices);
  for (;;) {
    try {
      return { model, fixed: quantizeModel(model, TYPES).fixed };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const name = /^node '([^']*)'/.exec(error.where ?? "")?.[1];
      if (name === undefined) throw error;
      model = without(model, name);
    }
  }
}

/** The model without a node and everything that depends on it. */
function without(model: Model, name: string): Model {
  const gone = new Set([name]);
  const nodes = model.nodes.filter((node) => {
    if (node.name !== name && !node.inputs.some((input) => gone.has(input))) return true;
    gone.add(node.name);
    return false;
  });
  expect(nodes.length).toBeLessThan(model.nodes.length);
  return { ...model, nodes, outputs: model.outputs.filter(({ value }) => !gone.has(value)) };
}

/** A node alone, its operands given. */
function alone(model: Model, node: ModelNode): Model {
  const operands = [...new Set(node.inputs)].map((name) => {
    const { shape } = model.nodes.find((other) => other.name === name) as ModelNode;
    return { op: "input" as const, name, inputs: [], shape };
  });
  return { name: "one", nodes: [...operands, node], outputs: [] };
}

/** Doubles hold the values of such a node exactly. */
const isBinary = ({ types }: FixedNode) =>
  types.items.every((type) => {
    const { d } = unitOf(type);
    return (d & (d - 1n)) === 0n;
  });

/** The largest number that the integer 1 of a value stands for. */
const stepOf = ({ types }: FixedNode) => Math.max(...types.items.map((type) => toNumber(1n, type)));

/** Operators whose result jumps where a double is off by its last bit. */
const JUMPS: readonly ModelOp[] = ["quantize", "threshold", "steps", "argmax"];

function check(seed: number, choices: Choices): readonly ModelOp[] {
  const random = new Random(seed);
  const { model, fixed } = convertible(random, 8, choices);
  const nodes = new Map(fixed.nodes.map((node) => [node.name, node]));
  const simulator = referenceSimulator(fixed);
  const checked: ModelOp[] = [];
  for (let event = 0; event < 3; event++) {
    const inputs = Object.fromEntries(
      simulator.inputs.map(({ name, shape }) => [
        name,
        random.array(
          shape.reduce((a, b) => a * b, 1),
          () => random.within(typeRange(TYPES[name] as FixedType)),
        ),
      ]),
    );
    const trace = simulator.trace(inputs);
    const numbers = Object.fromEntries(
      [...nodes.values()].map((node) => {
        const channels = node.shape.at(-1) ?? 1;
        const integers = Array.from(trace[node.name] as ArrayLike<number | bigint>, BigInt);
        return [node.name, integers.map((k, e) => toNumber(k, atElement(node.types, e, channels)))];
      }),
    );
    for (const node of model.nodes) {
      if (node.op === "input") continue;
      const binary = node.inputs.every((name) => isBinary(nodes.get(name) as FixedNode));
      if (!binary && JUMPS.includes(node.op)) continue;
      const given = Object.fromEntries(node.inputs.map((name) => [name, numbers[name] as number[]]));
      const expected = naiveModel(alone(model, node), given, true).get(node.name) as readonly number[];
      const found = numbers[node.name] as readonly number[];
      expect(found.length).toBe(expected.length);
      // The mean of rows is the one operator that is rounded: at most a 16th of a step of its operand.
      const isMean = node.op === "scatter" && node.kind === "mean";
      const allowed = isMean ? stepOf(nodes.get(node.inputs[0] as string) as FixedNode) / 16 : 0;
      const exact = !isMean && binary && isBinary(nodes.get(node.name) as FixedNode);
      for (const [e, value] of expected.entries()) {
        const message = `seed ${seed}, ${node.op} '${node.name}', element ${e}`;
        if (exact) expect((found[e] as number) + 0, message).toBe(value + 0);
        else
          expect(Math.abs((found[e] as number) - value), message).toBeLessThanOrEqual(
            allowed + 1e-9 * Math.max(1, Math.abs(value)),
          );
      }
      checked.push(node.op);
    }
  }
  return checked;
}

describe("every operator stands for the numbers of the model", () => {
  it.each([
    ["types on binary grids", SMALL, 1],
    ["types with odd factors", SCALED, 100_001],
  ] as const)("with %s", (_, choices, start) => {
    const seen = new Set<ModelOp>();
    for (let seed = start; seed < start + 250; seed++) for (const op of check(seed, choices)) seen.add(op);
    expect([...seen].sort()).toEqual([...EXACT].sort());
  });
});
