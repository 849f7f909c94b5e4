import type { ModelConv2d } from "../../ir/model/model.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Cell, type Compiled, denseCell, type SparseCell, sparseCell, touch } from "./cell.js";

/** The nonzero weights, by input channel and by kernel position. */
interface Taps {
  /** Channel c owns the taps channelStart[c] … channelStart[c + 1] − 1. */
  readonly channelStart: Int32Array;
  /** What a tap adds to the row and the column of an input to find the output it feeds, times the stride. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** Tap t owns the weights weightStart[t] … weightStart[t + 1] − 1. */
  readonly weightStart: Int32Array;
  readonly output: Int32Array;
  readonly weight: Float64Array;
}

/** Adds `value` times the weights of an input element to the outputs that it feeds, and touches them in `cell`. */
type Scatter = (target: Float64Array, element: number, value: number, cell?: SparseCell) => void;

/** A convolution as a scatter: every input element that differs from the empty event adds its weights to its outputs. */
export function compileConv2d(
  node: ModelConv2d,
  input: Cell,
  inputShape: readonly number[],
  kernel: readonly number[],
  bias: readonly number[],
): Compiled {
  const start = Float64Array.from({ length: sizeOf(node.shape) }, (_, e) => bias[e % bias.length]);
  const scatter = compileScatter(node, sparseTaps(node, inputShape, kernel), inputShape);
  if (input.dense) {
    const cell = denseCell(start.length);
    const step = () => {
      cell.current.set(start);
      for (let e = 0; e < input.current.length; e++) scatter(cell.current, e, input.current[e]);
    };
    return { cell, step };
  }
  const reference = start;
  for (let e = 0; e < input.reference.length; e++) scatter(reference, e, input.reference[e]);
  const cell = sparseCell(reference);
  const step = () => {
    for (let n = 0; n < input.count; n++) {
      const e = input.touched[n];
      scatter(cell.current, e, input.current[e] - input.reference[e], cell);
    }
  };
  return { cell, step };
}

function compileScatter(
  { strides, shape }: ModelConv2d,
  { channelStart, row, column, weightStart, output, weight }: Taps,
  [, columns, channels]: readonly number[],
): Scatter {
  const [outRows, outColumns, outputs] = shape as [number, number, number];
  const strided = strides.rows !== 1 || strides.columns !== 1;
  return (target, element, value, cell) => {
    if (value === 0) return;
    const channel = element % channels;
    const site = (element - channel) / channels;
    const atColumn = site % columns;
    const atRow = (site - atColumn) / columns;
    for (let t = channelStart[channel]; t < channelStart[channel + 1]; t++) {
      let r = atRow + row[t];
      let c = atColumn + column[t];
      if (strided) {
        if (r % strides.rows !== 0 || c % strides.columns !== 0) continue;
        r /= strides.rows;
        c /= strides.columns;
      }
      if (r < 0 || r >= outRows || c < 0 || c >= outColumns) continue;
      const base = (r * outColumns + c) * outputs;
      for (let w = weightStart[t]; w < weightStart[t + 1]; w++) {
        const index = base + output[w];
        target[index] += value * weight[w];
        if (cell !== undefined) touch(cell, index);
      }
    }
  };
}

function sparseTaps(node: ModelConv2d, [, , channels]: readonly number[], kernel: readonly number[]): Taps {
  const [rows, columns, groupChannels, outputs] = node.kernel.shape as [number, number, number, number];
  const { pads, dilations, groups } = node;
  const groupOutputs = outputs / groups;
  const channelStart = [0];
  const row: number[] = [];
  const column: number[] = [];
  const weightStart = [0];
  const output: number[] = [];
  const weight: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const inGroup = channel % groupChannels;
    const firstOutput = ((channel - inGroup) / groupChannels) * groupOutputs;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const before = weight.length;
        for (let o = firstOutput; o < firstOutput + groupOutputs; o++) {
          const value = kernel[((r * columns + c) * groupChannels + inGroup) * outputs + o];
          if (value === 0) continue;
          output.push(o);
          weight.push(value);
        }
        if (weight.length === before) continue;
        // Cross-correlation: the output at y reads the inputs at y · stride + r · dilation − pad, so an input at x feeds
        // (x + pad − r · dilation) / stride.
        row.push(pads.top - r * dilations.rows);
        column.push(pads.left - c * dilations.columns);
        weightStart.push(weight.length);
      }
    }
    channelStart.push(row.length);
  }
  return {
    channelStart: Int32Array.from(channelStart),
    row: Int32Array.from(row),
    column: Int32Array.from(column),
    weightStart: Int32Array.from(weightStart),
    output: Int32Array.from(output),
    weight: Float64Array.from(weight),
  };
}
