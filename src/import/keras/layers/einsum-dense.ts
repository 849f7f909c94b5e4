import { UserError } from "../../../ir/errors.js";
import { sizeOf } from "../../../ir/tensor.js";
import { activate } from "./activation.js";
import { type Equation, readEquation } from "./einsum.js";
import { type LayerCall, type LayerHandler, onlyInput, type Value } from "./handler.js";
import { Nodes } from "./nodes.js";
import { broadcastParameter, type Parameter, permute, reshapeParameter, zeros } from "./parameter.js";

/** keras EinsumDense: one contraction of the input with a kernel, plus a bias, then its activation. */
export const einsumDense: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const equation = readEquation(call, onlyInput(call));
  const kernel = call.parameter("kernel", readKernel(call, equation));
  const bias = call.config.has("bias_axes")
    ? call.parameter("bias", readEinsumBias(call, equation, kernel.tensor.shape))
    : undefined;
  return nodes.result(activate(call, nodes, einsum(nodes, call, equation, kernel, bias)));
};

/** The kernel as stored: one axis for each letter. */
export function readKernel({ weights }: LayerCall, { kernel, sizes }: Equation) {
  const fits = (stored: readonly number[]) =>
    stored.length === kernel.length &&
    stored.every((n, i) => n > 0 && (sizes.get(kernel[i] as string) ?? n) === n);
  const text = kernel.map((axis) => sizes.get(axis) ?? axis).join(", ");
  return weights.variable("", 0, { what: "kernel", shape: fits, shapeText: `[${text}]` });
}

/** The size of each axis, those that only the kernel has included. */
function allSizes({ kernel, sizes }: Equation, shape: readonly number[]): ReadonlyMap<string, number> {
  return new Map([...sizes, ...kernel.map((axis, i) => [axis, shape[i] as number] as const)]);
}

/**
 * The bias, which has sizes along its axes and ones between and behind them, from its first axis in the output on
 * (keras/src/layers/core/einsum_dense.py, `_analyze_split_string`).
 */
export function readEinsumBias(call: LayerCall, equation: Equation, kernelShape: readonly number[]) {
  const axes = [...call.config.string("bias_axes")];
  const sizes = allSizes(equation, kernelShape);
  const first = Math.min(...axes.map((axis) => equation.output.indexOf(axis)));
  if (axes.length === 0 || first < 0) {
    call.config.wrongType("bias_axes", `letters of the output of '${equation.text}'`);
  }
  const shape = equation.output
    .slice(first)
    .map((axis) => (axes.includes(axis) ? (sizes.get(axis) as number) : 1));
  return call.weights.variable("", 1, { what: "bias", shape });
}

/** The contraction as a dense layer, or a grouped convolution where kernel and result share axes with the input. */
export function einsum(
  nodes: Nodes,
  call: LayerCall,
  equation: Equation,
  kernel: Parameter,
  bias: Parameter | undefined,
): Value {
  const input = onlyInput(call);
  const { input: inAxes, kernel: kernelAxes, output } = equation;
  const sizes = allSizes(equation, kernel.tensor.shape);
  const size = (axes: readonly string[]) => sizeOf(axes.map((axis) => sizes.get(axis) as number));
  const inKernel = (axis: string) => kernelAxes.includes(axis);
  const free = output.filter((axis) => !inKernel(axis));
  const both = output.filter((axis) => inKernel(axis) && inAxes.includes(axis));
  const made = output.filter((axis) => inKernel(axis) && !inAxes.includes(axis));
  const summed = kernelAxes.filter((axis) => inAxes.includes(axis) && !output.includes(axis));
  const dropped = inAxes.filter((axis) => !inKernel(axis) && !output.includes(axis));
  if (kernelAxes.some((axis) => !inAxes.includes(axis) && !output.includes(axis))) {
    throw new UserError(`its equation '${equation.text}' sums an axis that only the kernel has`, {
      where: call.where,
      hint: "Sum the kernel along that axis before.",
    });
  }

  const kept = inAxes.filter((axis) => !dropped.includes(axis));
  const lone = inAxes.flatMap((axis, i) => (dropped.includes(axis) ? [i] : []));
  const value = lone.length === 0 ? input : nodes.reduce("sum", "sum", input, lone, false);
  const order = [...free, ...both, ...summed];
  const moved = nodes.transpose(
    value,
    order.map((axis) => kept.indexOf(axis)),
  );
  const arranged = permute(
    kernel,
    [...summed, ...both, ...made].map((axis) => kernelAxes.indexOf(axis)),
  );
  const [groups, filters] = [size(both), size(both) * size(made)];
  const result = [...free, ...both, ...made];
  const own = bias && biasOfFilters(bias, output, result.slice(free.length), sizes);
  const b = own ?? zeros(filters, kernel);
  const constants = {
    bias: b.tensor,
    kernelQuantizer: arranged.quantizer,
    biasQuantizer: b.quantizer,
  };
  let sum: Value;
  if (both.length === 0) {
    const rows = nodes.reshape(
      moved,
      [...free.map((axis) => sizes.get(axis) as number), size(summed)],
      "rows",
    );
    const matrix = reshapeParameter(arranged, [size(summed), filters]);
    const shape = [...rows.shape.slice(0, -1), filters];
    sum = nodes.add(
      "",
      { op: "dense", kernel: matrix.tensor, ...constants, kernelQuantizer: matrix.quantizer },
      [rows],
      shape,
    );
  } else {
    const image = nodes.reshape(moved, [size(free), 1, groups * size(summed)], "image");
    const blocks = reshapeParameter(arranged, [1, 1, size(summed), filters]);
    sum = nodes.add(
      "",
      {
        op: "conv2d",
        kernel: blocks.tensor,
        ...constants,
        kernelQuantizer: blocks.quantizer,
        pads: { top: 0, bottom: 0, left: 0, right: 0 },
        strides: { rows: 1, columns: 1 },
        dilations: { rows: 1, columns: 1 },
        groups,
      },
      [image],
      [size(free), 1, filters],
    );
  }
  const shaped = nodes.reshape(
    sum,
    result.map((axis) => sizes.get(axis) as number),
    "axes",
  );
  const placed = nodes.transpose(
    shaped,
    output.map((axis) => result.indexOf(axis)),
  );
  if (bias === undefined || own !== undefined) return placed;
  const constant = nodes.constant("bias", broadcastParameter(bias, placed.shape));
  return nodes.binary("biased", "add", placed, constant);
}

/** The bias as one value for each filter, where it does not depend on other axes of the output. */
function biasOfFilters(
  bias: Parameter,
  output: readonly string[],
  filters: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Parameter | undefined {
  const { shape } = bias.tensor;
  const axes = output.slice(output.length - shape.length);
  if (axes.some((axis, i) => shape[i] !== 1 && !filters.includes(axis))) return undefined;
  // Without the axes of size 1 that are none of the filters', in the filters' order, spread over all of them.
  const own = filters.filter((axis) => axes.includes(axis));
  const others = axes.filter((axis) => !own.includes(axis));
  const moved = permute(
    bias,
    [...others, ...own].map((axis) => axes.indexOf(axis)),
  );
  const full = filters.map((axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? 1 : (shape[i] as number);
  });
  const spread = broadcastParameter(
    reshapeParameter(moved, full),
    filters.map((axis) => sizes.get(axis) as number),
  );
  return reshapeParameter(spread, [sizeOf(spread.tensor.shape)]);
}
