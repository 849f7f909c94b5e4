import type { Interval } from "../../src/ir/fixed-point.js";
import { OVERFLOWS, ROUNDINGS, typeRange } from "../../src/ir/fixed-point.js";
import { type Granular, granularLength } from "../../src/ir/granular.js";
import {
  FUNCTIONS,
  type Model,
  type ModelNode,
  type ModelOp,
  type Pads,
  type Quantizer,
} from "../../src/ir/model/model.js";
import { functionParameters, MODEL_OPERATORS, modelOperator } from "../../src/ir/model/operators/index.js";
import { sizeOf, type Tensor } from "../../src/ir/tensor.js";
import type { Random } from "./random.js";

type Shape = readonly number[];
type Draft = Readonly<Record<string, unknown>> & { readonly shape?: Shape };

export const MODEL_OPS = Object.keys(MODEL_OPERATORS) as readonly ModelOp[];

/** Numbers and types that a random model is made of. */
export interface Choices {
  readonly real: (random: Random) => number;
  readonly quantizer: (random: Random, shape: Shape) => Quantizer;
}

/** Small multiples of 1/4 and quantizers to few bits: sums of products of such values are exact in float64. */
export const SMALL: Choices = {
  real: (random) => random.integer(-8, 8) / 4,
  quantizer: (random, shape) => {
    const per = random.pick<Granular<unknown>["per"]>(["tensor", "channel", "element"]);
    const count = granularLength(per, shape);
    const items = random.array(count, () => ({
      signed: random.chance(0.7),
      width: random.integer(1, 7),
      integer: random.integer(0, 4),
    }));
    const quantizer = { types: { per, items }, rounding: random.pick(ROUNDINGS) };
    if (!random.chance(0.3)) return { ...quantizer, overflow: random.pick(OVERFLOWS) };
    const limits = items.map((type): Interval => {
      const { lo, hi } = typeRange(type);
      return { lo: lo + (hi - lo) / 4n, hi };
    });
    return { ...quantizer, overflow: "SAT", limits: { per, items: limits } };
  },
};

/** A random graph with one node of each of `ops`, each on values that came before it. */
export function randomModel(random: Random, ops: readonly ModelOp[], choices: Choices = SMALL): Model {
  const nodes: ModelNode[] = [
    { op: "input", name: "image", inputs: [], shape: random.array(3, () => random.integer(1, 5)) },
    {
      op: "input",
      name: "vector",
      inputs: [],
      shape: random.array(random.integer(1, 2), () => random.integer(1, 6)),
    },
  ];
  for (const [n, op] of ops.entries()) {
    const node = randomNode(random, op, `${op}/${n}`, nodes, choices);
    if (node !== undefined) nodes.push(node);
  }
  const outputs = nodes.map(({ name }) => ({ name: `of ${name}`, value: name }));
  return { name: "random", nodes, outputs };
}

function randomNode(
  random: Random,
  op: ModelOp,
  name: string,
  nodes: ModelNode[],
  choices: Choices,
): ModelNode | undefined {
  const arity = op === "concat" ? random.integer(1, 3) : (modelOperator(op).arity as number);
  const windowed = op === "conv2d" || op === "pool2d";
  const axis =
    op === "softmax" ||
    op === "argmax" ||
    op === "dense" ||
    op === "reduce" ||
    op === "gather" ||
    op === "concat" ||
    op === "index_select" ||
    op === "scatter";
  const fits = nodes.filter(({ shape }) => (windowed ? shape.length === 3 : !axis || shape.length > 0));
  const first = random.pick(fits.filter(({ shape }) => sizeOf(shape) <= 300));
  const same = nodes.filter(
    ({ shape }) => shape.join() === first.shape.join() && shape.length === first.shape.length,
  );
  const inputs =
    op === "index_select" || op === "scatter"
      ? [first.name, randomIndex(random, name, first, nodes)]
      : random.array(arity, (n) => (n === 0 ? first.name : random.pick(same).name));
  const base = { op, name, inputs };
  const own = ownAttributes(random, op, first?.shape ?? [], choices);
  if (own === undefined) return undefined;
  const draft = { ...base, shape: [], ...own } as unknown as ModelNode;
  const shapes = inputs.map((input) => (nodes.find((node) => node.name === input) as ModelNode).shape);
  try {
    return { ...draft, shape: own.shape ?? modelOperator(op).shape(draft as never, shapes) };
  } catch {
    // A window that does not fit the image.
    return undefined;
  }
}

/** Adds an index for each row of a value, out of its own numbers: whole numbers, some of which are no row. */
function randomIndex(random: Random, name: string, values: ModelNode, nodes: ModelNode[]): string {
  const axes = values.shape.map((_, axis) => axis).slice(1);
  const shape = values.shape.slice(0, 1);
  const row = `${name}/row`;
  if (axes.length > 0) {
    nodes.push({ op: "reduce", kind: "max", name: row, inputs: [values.name], shape, axes });
  }
  nodes.push({
    op: "steps",
    name: `${name}/index`,
    inputs: [axes.length > 0 ? row : values.name],
    shape,
    levels: { shape: [3], data: [-0.75, 0.25, 0.5] },
    // The 1 makes them multiples of 1 and of nothing larger.
    values: { shape: [4], data: [random.integer(-1, 3), 1, 0, random.integer(0, 5)] },
  });
  return `${name}/index`;
}

function ownAttributes(random: Random, op: ModelOp, shape: Shape, choices: Choices): Draft | undefined {
  const real = () => choices.real(random);
  const tensor = (of: Shape): Tensor<number> => ({ shape: of, data: random.array(sizeOf(of), real) });
  const maybe = (of: Shape) => (random.chance(0.5) ? choices.quantizer(random, of) : undefined);
  const factor = () => tensor(random.pick([[], shape.slice(-1), shape]));
  const axis = random.integer(0, Math.max(0, shape.length - 1));
  const spatial = (most: number) => ({ rows: random.integer(1, most), columns: random.integer(1, most) });
  const pads = (most: number): Pads => {
    const [top, bottom, left, right] = random.array(4, () => random.integer(0, most)) as [
      number,
      number,
      number,
      number,
    ];
    return { top, bottom, left, right };
  };
  switch (op) {
    case "constant": {
      const value = tensor(random.pick([[], [3], [2, 2]]));
      return { value, quantizer: maybe(value.shape) };
    }
    case "quantize":
      return { quantizer: choices.quantizer(random, shape) };
    case "conv2d": {
      const channels = shape[2] as number;
      const groups = random.pick([1, 2, channels].filter((n) => channels % n === 0));
      const outputs = groups * random.integer(1, 2);
      const size = spatial(3);
      const kernel = tensor([size.rows, size.columns, channels / groups, outputs]);
      const bias = tensor([outputs]);
      const quantizers = { kernelQuantizer: maybe(kernel.shape), biasQuantizer: maybe(bias.shape) };
      return {
        kernel,
        bias,
        ...quantizers,
        pads: pads(2),
        strides: spatial(3),
        dilations: spatial(2),
        groups,
      };
    }
    case "dense": {
      const outputs = random.integer(1, 4);
      const kernel = tensor([shape.at(-1) as number, outputs]);
      const bias = tensor([outputs]);
      return { kernel, bias, kernelQuantizer: maybe(kernel.shape), biasQuantizer: maybe(bias.shape) };
    }
    case "affine": {
      const [multiplier, offset] = [factor(), factor()];
      const quantizers = {
        multiplierQuantizer: maybe(multiplier.shape),
        offsetQuantizer: maybe(offset.shape),
      };
      return { multiplier, offset, ...quantizers };
    }
    case "leaky_relu":
      return { slope: factor() };
    case "clamp": {
      const [low, high] = [real(), real()].sort((a, b) => a - b) as [number, number];
      return { low: random.pick([undefined, low]), high: random.pick([undefined, high]) };
    }
    case "function": {
      const kind = random.pick(FUNCTIONS);
      return { kind, parameters: Object.fromEntries(functionParameters(kind).map((key) => [key, real()])) };
    }
    case "threshold":
      return { level: real(), strict: random.chance(0.5) };
    case "steps": {
      const count = random.integer(1, 4);
      const rows = random.chance(0.5) ? 1 : (shape.at(-1) ?? 1);
      const levels = random.array(rows, () => random.array(count, real).sort((a, b) => a - b)).flat();
      const many = rows === 1 ? [] : [rows];
      const values = tensor(random.chance(0.5) ? [count + 1] : [shape.at(-1) ?? 1, count + 1]);
      return { levels: { shape: [...many, count], data: levels }, values };
    }
    case "pool2d": {
      const size = { rows: random.integer(2, 3), columns: random.integer(2, 3) };
      const kind = random.pick(["max", "average"] as const);
      // Pads below the size keep every window on the image; only dilation would let it miss.
      const window = { kind, size, pads: pads(1), strides: spatial(3), dilations: { rows: 1, columns: 1 } };
      return { ...window, countPads: random.chance(0.5) };
    }
    case "reduce": {
      const axes = shape.map((_, n) => n).filter(() => random.chance(0.5));
      return { kind: random.pick(["sum", "mean", "max", "min"]), axes: axes.length === 0 ? [axis] : axes };
    }
    case "scatter":
      return { kind: random.pick(["sum", "max", "mean"]), rows: random.integer(1, 5) };
    case "argmax":
      return { last: random.chance(0.5) };
    case "reshape":
      return { shape: random.pick([[sizeOf(shape)], [1, ...shape], [...shape, 1], [...shape].reverse()]) };
    case "transpose": {
      const left = shape.map((_, n) => n);
      return { permutation: shape.map(() => left.splice(random.integer(0, left.length - 1), 1)[0]) };
    }
    case "slice": {
      const starts = shape.map((n) => random.integer(0, n - 1));
      const steps = shape.map(() => random.pick([-2, -1, 1, 1, 1, 2]));
      const room = (n: number, i: number) => (steps[i] > 0 ? n - 1 - starts[i] : starts[i]);
      const most = shape.map((n, i) => Math.floor(room(n, i) / Math.abs(steps[i])) + 1);
      return { starts, steps, shape: most.map((n) => random.integer(1, n)) };
    }
    case "pad": {
      const zeros = () => shape.map(() => random.integer(0, 1));
      return { before: zeros(), after: zeros() };
    }
    case "concat":
      return { axis };
    case "gather":
      return {
        axis,
        indices: random.array(random.integer(1, 4), () => random.integer(0, (shape[axis] as number) - 1)),
      };
    case "expand":
      return { shape: [random.integer(1, 2), ...shape.map((n) => (n === 1 ? random.integer(1, 2) : n))] };
    default:
      return {};
  }
}
