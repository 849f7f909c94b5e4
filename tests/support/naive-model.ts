import { quantize, requantize, toNumber } from "../../src/ir/fixed-point.js";
import { atElement } from "../../src/ir/granular.js";
import type { Model, ModelFunction, ModelNode, ModelPool2d, Quantizer } from "../../src/ir/model/model.js";
import type { Tensor } from "../../src/ir/tensor.js";

type Shape = readonly number[];
type Values = readonly number[];

/** All indices of a shape in row-major order. */
function indicesOf(shape: Shape): readonly Shape[] {
  return shape.reduce<readonly Shape[]>(
    (all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

const flat = (index: Shape, shape: Shape) =>
  index.reduce((sum, i, axis) => sum * (shape[axis] as number) + i, 0);
const total = (values: Values) => values.reduce((a, b) => a + b, 0);

/**
 * The value of every node of a model, each operator by its definition in `ir/model/model.ts`, one element after the
 * other, without any regard to time: what the executor is compared with.
 */
export function naiveModel(
  model: Model,
  inputs: Readonly<Record<string, Values>>,
  apply: boolean,
): Map<string, Values> {
  const values = new Map<string, Values>();
  const shapes = new Map(model.nodes.map(({ name, shape }) => [name, shape]));
  for (const node of model.nodes) {
    const operands = node.inputs.map((name) => ({
      shape: shapes.get(name) as Shape,
      data: values.get(name) as Values,
    }));
    const element = elementOf(node, operands, apply);
    values.set(node.name, inputs[node.name] ?? indicesOf(node.shape).map(element));
  }
  return values;
}

function quantizeAt(
  x: number,
  e: number,
  { types, rounding, overflow, limits }: Quantizer,
  shape: Shape,
): number {
  const channels = shape.at(-1) ?? 1;
  const type = atElement(types, e, channels);
  let k = quantize(x, type, rounding, overflow);
  if (limits !== undefined) {
    const { lo, hi } = atElement(limits, e, channels);
    // A type with room for every rounded value: it saturates once only.
    const wide = { ...type, signed: true, width: 200, integer: type.integer + 200 - type.width };
    k = quantize(x, wide, rounding, "SAT");
    k = k < lo ? lo : k > hi ? hi : k;
    k = requantize(k, wide, type, "TRN", "WRAP");
  }
  return toNumber(k, type);
}

function elementOf(
  node: ModelNode,
  operands: readonly Tensor<number>[],
  apply: boolean,
): (index: Shape, e: number) => number {
  const [input = { shape: [], data: [] }, second, third] = operands;
  const { shape } = input;
  const at = (index: Shape) => input.data[flat(index, shape)] as number;
  const quantized = (tensor: Tensor<number>, quantizer: Quantizer | undefined) =>
    quantizer === undefined || !apply
      ? tensor.data
      : tensor.data.map((x, e) => quantizeAt(x, e, quantizer, tensor.shape));
  /** A constant that is one value, one per channel or one per element. */
  const spread = (own: Shape, data: Values, index: Shape) =>
    data[own.length === 0 ? 0 : flat(index.slice(index.length - own.length), own)] as number;
  const unary = (f: (x: number) => number) => (_: Shape, e: number) => f(input.data[e] as number);
  const binary = (f: (x: number, y: number) => number) => (_: Shape, e: number) =>
    f(input.data[e] as number, second?.data[e] as number);

  switch (node.op) {
    case "input":
      return () => Number.NaN;
    case "constant": {
      const data = quantized(node.value, node.quantizer);
      return (_, e) => data[e] as number;
    }
    case "quantize":
      return (_, e) => {
        const x = input.data[e] as number;
        return apply ? quantizeAt(x, e, node.quantizer, node.shape) : x;
      };
    case "conv2d": {
      const kernel = { shape: node.kernel.shape, data: quantized(node.kernel, node.kernelQuantizer) };
      const bias = quantized(node.bias, node.biasQuantizer);
      const [rows, columns, channels, outputs] = kernel.shape as [number, number, number, number];
      const { pads, strides, dilations, groups } = node;
      return ([y, x, o]) => {
        const group = Math.floor((o * groups) / outputs);
        let sum = bias[o] as number;
        for (const [r, c, i] of indicesOf([rows, columns, channels])) {
          const from = [
            y * strides.rows + r * dilations.rows - pads.top,
            x * strides.columns + c * dilations.columns - pads.left,
            group * channels + i,
          ];
          if (from.some((n, axis) => n < 0 || n >= (shape[axis] as number))) continue;
          sum += at(from) * (kernel.data[flat([r, c, i, o], kernel.shape)] as number);
        }
        return sum;
      };
    }
    case "dense": {
      const [kernel, bias] = [
        quantized(node.kernel, node.kernelQuantizer),
        quantized(node.bias, node.biasQuantizer),
      ];
      const o = (index: Shape) => index.at(-1) as number;
      return (index) =>
        (bias[o(index)] as number) +
        total(
          Array.from(
            { length: node.kernel.shape[0] as number },
            (_, i) => at(index.with(-1, i)) * (kernel[flat([i, o(index)], node.kernel.shape)] as number),
          ),
        );
    }
    case "affine": {
      const factors = quantized(node.multiplier, node.multiplierQuantizer);
      const offsets = quantized(node.offset, node.offsetQuantizer);
      return (index) =>
        spread(node.multiplier.shape, factors, index) * at(index) + spread(node.offset.shape, offsets, index);
    }
    case "add":
      return binary((x, y) => x + y);
    case "subtract":
      return binary((x, y) => x - y);
    case "multiply":
      return binary((x, y) => x * y);
    case "maximum":
      return binary((x, y) => (x > y ? x : y));
    case "minimum":
      return binary((x, y) => (x < y ? x : y));
    case "relu":
      return unary((x) => (x > 0 ? x : 0));
    case "leaky_relu":
      return (index) => at(index) * (at(index) >= 0 ? 1 : spread(node.slope.shape, node.slope.data, index));
    case "clamp":
      return unary((x) => {
        const raised = node.low !== undefined && x < node.low ? node.low : x;
        return node.high !== undefined && raised > node.high ? node.high : raised;
      });
    case "absolute":
      return unary((x) => (x < 0 ? -x : x));
    case "function":
      return unary((x) => naiveFunction(node, x));
    case "softmax":
      return (index) => {
        const row = Array.from({ length: shape.at(-1) as number }, (_, i) => Math.exp(at(index.with(-1, i))));
        return Math.exp(at(index)) / total(row);
      };
    case "threshold":
      return unary((x) => (x > node.level || (x === node.level && !node.strict) ? 1 : 0));
    case "steps":
      return (index) => {
        const row = ({ shape, data }: Tensor<number>) => {
          const n = shape.at(-1) as number;
          const from = shape.length === 1 ? 0 : (index.at(-1) ?? 0) * n;
          return data.slice(from, from + n);
        };
        return row(node.values)[row(node.levels).filter((level) => at(index) >= level).length] as number;
      };
    case "select":
      return (_, e) => {
        const condition = input.data[e] as number;
        return condition * (second?.data[e] as number) + (1 - condition) * (third?.data[e] as number);
      };
    case "pool2d":
      return (index) => naivePool(node, index, shape, at);
    case "reduce":
      return (index) => {
        const kept = index.values();
        const from = shape.map((n, axis) =>
          node.axes.includes(axis) ? range(n) : [kept.next().value as number],
        );
        const values = product(from).map(at);
        if (node.kind === "sum") return total(values);
        if (node.kind === "mean") return total(values) / values.length;
        return node.kind === "max" ? Math.max(...values) : Math.min(...values);
      };
    case "argmax":
      return (index) => {
        const row = range(shape.at(-1) as number).map((i) => at([...index, i]));
        return node.last ? row.lastIndexOf(Math.max(...row)) : row.indexOf(Math.max(...row));
      };
    case "index_select":
      return ([e, ...rest]) => {
        const row = second?.data[e as number] as number;
        return range(shape[0] as number).includes(row) ? at([row, ...rest]) : 0;
      };
    case "scatter":
      return ([row, ...rest]) => {
        const arriving = range(shape[0] as number).filter((e) => second?.data[e] === row);
        const values = arriving.map((e) => at([e, ...rest]));
        if (values.length === 0) return 0;
        if (node.kind === "max") return Math.max(...values);
        return total(values) / (node.kind === "mean" ? values.length : 1);
      };
    case "reshape":
      return (_, e) => input.data[e] as number;
    case "transpose":
      return (index) => at(shape.map((_, axis) => index[node.permutation.indexOf(axis)] as number));
    case "slice":
      return (index) =>
        at(index.map((i, axis) => (node.starts[axis] as number) + i * (node.steps[axis] as number)));
    case "pad":
      return (index) => {
        const from = index.map((i, axis) => i - (node.before[axis] as number));
        return from.some((i, axis) => i < 0 || i >= (shape[axis] as number)) ? 0 : at(from);
      };
    case "concat":
      return (index) => {
        let i = index[node.axis] as number;
        for (const { shape, data } of operands) {
          const size = shape[node.axis] as number;
          if (i < size) return data[flat(index.with(node.axis, i), shape)] as number;
          i -= size;
        }
        return Number.NaN;
      };
    case "gather":
      return (index) => at(index.with(node.axis, node.indices[index[node.axis] as number] as number));
    case "expand":
      return (index) =>
        at(index.slice(index.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i)));
  }
}

function naivePool(node: ModelPool2d, [y, x, c]: Shape, shape: Shape, at: (index: Shape) => number): number {
  const { size, strides, dilations, pads } = node;
  const pixels = indicesOf([size.rows, size.columns]).map(([r, s]) => [
    y * strides.rows + r * dilations.rows - pads.top,
    x * strides.columns + s * dilations.columns - pads.left,
    c,
  ]);
  const values = pixels.filter((p) => p.every((i, axis) => i >= 0 && i < (shape[axis] as number))).map(at);
  if (node.kind === "max") return Math.max(...values);
  return total(values) / (node.countPads ? pixels.length : values.length);
}

/** The formulas of `FUNCTIONS` as they stand there; Φ by numerical integration. */
function naiveFunction({ kind, parameters }: ModelFunction, x: number): number {
  const softplus = Math.log(1 + Math.exp(x));
  const { alpha = 1, gamma = 1 } = parameters;
  switch (kind) {
    case "tanh":
    case "exp":
    case "log":
    case "sqrt":
      return Math[kind](x);
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "reciprocal":
      return 1 / x;
    case "softplus":
      return softplus;
    case "softsign":
      return x / (1 + Math.abs(x));
    case "elu":
      return x >= 0 ? x : alpha * (Math.exp(x) - 1);
    case "selu":
      return gamma * (x >= 0 ? x : alpha * (Math.exp(x) - 1));
    case "gelu":
      return x * normal(x);
    case "gelu_tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "silu":
      return x / (1 + Math.exp(-x));
    case "mish":
      return x * Math.tanh(softplus);
  }
}

/** Φ(x) by Simpson's rule. */
function normal(x: number): number {
  const n = 2000;
  const density = (t: number) => Math.exp(-t * t * 0.5) / Math.sqrt(2 * Math.PI);
  const terms = range(n + 1).map(
    (i) => density((x * i) / n) * (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2),
  );
  return 0.5 + (total(terms) * x) / n / 3;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function product(lists: readonly (readonly number[])[]): readonly Shape[] {
  return lists.reduce<readonly Shape[]>(
    (all, list) => all.flatMap((index) => list.map((i) => [...index, i])),
    [[]],
  );
}
