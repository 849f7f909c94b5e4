import type { ModelNode, ModelNodeOf, ModelOp, ModelSteps } from "../../ir/model/model.js";
import type { MovementNode, MovementOp } from "../../ir/movement.js";
import { sizeOf, type Tensor } from "../../ir/tensor.js";
import { type Cell, type Compiled, sparseCell } from "./cell.js";
import { compileConv2d } from "./conv2d.js";
import { compileDense, compileSoftmax } from "./dense.js";
import { compileElementwise, compileUnary } from "./elementwise.js";
import { floatFunction } from "./functions.js";
import { compileMovement } from "./movement.js";
import { compilePool2d } from "./pool2d.js";
import { constantValues, quantizerFunction } from "./quantizer.js";
import { compileArgmax, compileReduce } from "./reduce.js";
import { compileIndexSelect, compileScatter } from "./rows.js";

/** What a node is compiled with. */
export interface Operands {
  readonly inputs: readonly Cell[];
  readonly shapes: readonly (readonly number[])[];
  /** Whether quantizers act. */
  readonly apply: boolean;
}

type Compile<Op extends ModelOp> = (node: ModelNodeOf<Op>, operands: Operands) => Compiled;

const unary =
  <Op extends ModelOp>(
    functionOf: (node: ModelNodeOf<Op>, operands: Operands) => (x: number, e: number) => number,
  ): Compile<Op> =>
  (node, operands) =>
    compileUnary(operands.inputs[0] as Cell, functionOf(node, operands));

const binary =
  (apply: (x: number, y: number) => number) =>
  (_: unknown, { inputs }: Operands) =>
    compileElementwise(inputs, apply);

const movement = (node: ModelNodeOf<MovementOp>, { inputs, shapes }: Operands): Compiled =>
  compileMovement(node as MovementNode, inputs, shapes);

const whereOf = ({ name }: ModelNode) => `node '${name}'`;

/** How each operator runs in float64. A missing entry is a type error. */
const FLOAT_OPERATORS: { readonly [Op in ModelOp]: Compile<Op> } = {
  input: (node) => ({ cell: sparseCell(new Float64Array(sizeOf(node.shape))) }),
  constant: (node, { apply }) => ({
    cell: sparseCell(Float64Array.from(constantValues(node.value, node.quantizer, apply, whereOf(node)))),
  }),
  quantize: (node, { inputs: [input], apply }) =>
    apply
      ? compileUnary(input as Cell, quantizerFunction(node.quantizer, node.shape, whereOf(node)))
      : { cell: input as Cell },
  conv2d: (node, { inputs: [input], shapes: [shape], apply }) =>
    compileConv2d(
      node,
      input as Cell,
      shape as readonly number[],
      constantValues(node.kernel, node.kernelQuantizer, apply, whereOf(node)),
      constantValues(node.bias, node.biasQuantizer, apply, whereOf(node)),
    ),
  dense: (node, { inputs: [input], apply }) =>
    compileDense(
      input as Cell,
      constantValues(node.kernel, node.kernelQuantizer, apply, whereOf(node)),
      constantValues(node.bias, node.biasQuantizer, apply, whereOf(node)),
    ),
  affine: unary((node, { apply }) => {
    const { multiplier, offset, multiplierQuantizer, offsetQuantizer, shape } = node;
    const values = (tensor: Tensor<number>, quantizer: typeof offsetQuantizer) =>
      eachElement(tensor.shape, constantValues(tensor, quantizer, apply, whereOf(node)), shape);
    const [factors, offsets] = [values(multiplier, multiplierQuantizer), values(offset, offsetQuantizer)];
    return (x, e) => factors[e] * x + offsets[e];
  }),
  add: binary((x, y) => x + y),
  subtract: binary((x, y) => x - y),
  multiply: binary((x, y) => x * y),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  relu: unary(() => (x) => (x > 0 ? x : 0)),
  leaky_relu: unary(({ slope, shape }) => {
    const slopes = eachElement(slope.shape, slope.data, shape);
    return (x, e) => (x >= 0 ? x : slopes[e] * x);
  }),
  clamp: unary(({ low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }) => {
    return (x) => Math.min(Math.max(x, low), high);
  }),
  absolute: unary(() => Math.abs),
  function: unary(floatFunction),
  softmax: (node, { inputs: [input] }) => compileSoftmax(input as Cell, node.shape.at(-1) as number),
  threshold: unary(({ level, strict }) =>
    strict ? (x) => (x > level ? 1 : 0) : (x) => (x >= level ? 1 : 0),
  ),
  steps: unary(stepFunction),
  select: (_, { inputs }) =>
    compileElementwise(inputs, (condition, yes, no) =>
      // A branch that overflowed does not spoil the other.
      condition === 1 ? yes : condition === 0 ? no : condition * yes + (1 - condition) * no,
    ),
  pool2d: (node, { inputs: [input], shapes: [shape] }) =>
    compilePool2d(node, input as Cell, shape as readonly number[]),
  reduce: (node, { inputs: [input], shapes: [shape] }) =>
    compileReduce(node, input as Cell, shape as readonly number[]),
  argmax: (node, { inputs: [input], shapes: [shape] }) =>
    compileArgmax(node, input as Cell, shape as readonly number[]),
  index_select: (_, { inputs, shapes: [shape] }) =>
    compileIndexSelect(inputs as readonly [Cell, Cell], shape as readonly number[]),
  scatter: (node, { inputs }) => compileScatter(node, inputs as readonly [Cell, Cell]),
  reshape: movement,
  transpose: movement,
  slice: movement,
  pad: movement,
  concat: movement,
  gather: movement,
  expand: movement,
};

/** Compiles a node whose inputs are compiled. */
export function compileNode(node: ModelNode, operands: Operands): Compiled {
  const compile = FLOAT_OPERATORS[node.op] as (node: ModelNode, operands: Operands) => Compiled;
  return compile(node, operands);
}

/** A constant that is one value, one per channel or one per element, for each element of `shape`. */
function eachElement(
  own: readonly number[],
  data: readonly number[],
  shape: readonly number[],
): Float64Array {
  const period = own.length === 0 ? 1 : sizeOf(own);
  return Float64Array.from({ length: sizeOf(shape) }, (_, e) => data[e % period]);
}

function stepFunction({ levels, values, shape }: ModelSteps): (x: number, e: number) => number {
  const channels = shape.at(-1) ?? 1;
  const count = levels.shape.at(-1) as number;
  const row = (tensor: Tensor<number>, e: number) => (tensor.shape.length === 1 ? 0 : e % channels);
  return (x, e) => {
    const base = row(levels, e) * count;
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (x >= levels.data[base + middle]) low = middle + 1;
      else high = middle;
    }
    return values.data[row(values, e) * (count + 1) + low];
  };
}
