import type { ModelConv2d } from "../ir/model/model.js";
import { sizeOf } from "../ir/tensor.js";
import { type Cell, createCell, touch } from "./float-cell.js";

/** The nonzero weights, by input channel and by kernel position. */
interface Taps {
  /** Channel c owns the taps channelStart[c] … channelStart[c + 1] − 1. */
  readonly channelStart: Int32Array;
  /** What a tap adds to the row and the column of an input to find the output it feeds. */
  readonly row: Int32Array;
  readonly column: Int32Array;
  /** Tap t owns the weights weightStart[t] … weightStart[t + 1] − 1. */
  readonly weightStart: Int32Array;
  readonly output: Int32Array;
  readonly weight: Float64Array;
}

/** A convolution as a scatter: every input element that differs from the empty event adds its weights to its outputs. */
export function compileConv2d(
  node: ModelConv2d,
  input: Cell,
  inputShape: readonly number[],
  kernel: readonly number[],
  bias: readonly number[],
): { readonly cell: Cell; readonly step: () => void } {
  const outputs = bias.length;
  const reference = Float64Array.from({ length: sizeOf(node.shape) }, (_, e) => bias[e % outputs]);
  const scatter = compileScatter(sparseTaps(node, kernel), inputShape, node.shape);
  const empty = createCell(reference);
  for (let e = 0; e < input.reference.length; e++) scatter(empty, e, input.reference[e]);

  const cell = createCell(empty.current);
  const step = () => {
    for (let n = 0; n < input.count; n++) {
      const e = input.touched[n];
      scatter(cell, e, input.current[e] - input.reference[e]);
    }
  };
  return { cell, step };
}

/** A function that adds `value` times the weights of an input element to the outputs that it feeds. */
function compileScatter(
  { channelStart, row, column, weightStart, output, weight }: Taps,
  [, columns, channels]: readonly number[],
  [outRows, outColumns, outputs]: readonly number[],
): (target: Cell, element: number, value: number) => void {
  return (target, element, value) => {
    if (value === 0) return;
    const { current } = target;
    const channel = element % channels;
    const site = (element - channel) / channels;
    const atColumn = site % columns;
    const atRow = (site - atColumn) / columns;
    for (let t = channelStart[channel]; t < channelStart[channel + 1]; t++) {
      const r = atRow + row[t];
      const c = atColumn + column[t];
      if (r < 0 || r >= outRows || c < 0 || c >= outColumns) continue;
      const base = (r * outColumns + c) * outputs;
      for (let w = weightStart[t]; w < weightStart[t + 1]; w++) {
        const index = base + output[w];
        current[index] += value * weight[w];
        touch(target, index);
      }
    }
  };
}

function sparseTaps({ kernel: { shape }, pads }: ModelConv2d, kernel: readonly number[]): Taps {
  const [rows, columns, channels, outputs] = shape as [number, number, number, number];
  const channelStart = [0];
  const row: number[] = [];
  const column: number[] = [];
  const weightStart = [0];
  const output: number[] = [];
  const weight: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const before = weight.length;
        for (let o = 0; o < outputs; o++) {
          const value = kernel[((r * columns + c) * channels + channel) * outputs + o];
          if (value === 0) continue;
          output.push(o);
          weight.push(value);
        }
        if (weight.length === before) continue;
        // Cross-correlation: the output at y reads the inputs at y + r − pad, so an input at x feeds x − r + pad.
        row.push(pads.top - r);
        column.push(pads.left - c);
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
