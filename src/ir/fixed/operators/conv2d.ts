import { UserError } from "../../errors.js";
import { type Interval, typeLike } from "../../fixed-point.js";
import { type Granular, zipGranular } from "../../granular.js";
import { channelHulls } from "../../interval.js";
import {
  conv2dShape,
  readMotion,
  readPads,
  type Window,
  writeMotion,
  writePads,
} from "../../model/operators/index.js";
import { write } from "../../text/write.js";
import type { FixedConv2d, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { type AxisTaps, imageTaps } from "./taps.js";

type KernelShape = readonly [rows: number, columns: number, channels: number, outputs: number];

function windowOf(node: FixedConv2d): Window {
  const [rows, columns] = node.kernel.shape as unknown as KernelShape;
  const { strides, dilations, pads } = node;
  return { size: { rows, columns }, strides, dilations, pads };
}

/** The input channel that the kernel's input index `i` means for output channel `o`. */
function inputChannel(node: FixedConv2d, i: number, o: number): number {
  const [, , channels, outputs] = node.kernel.shape as unknown as KernelShape;
  return Math.floor((o * node.groups) / outputs) * channels + i;
}

/**
 * Bounds of each output channel: every tap is taken at its worst independently, which is exact for inputs that may
 * take any combination of values. A tap over the padding is 0, so each product's interval is widened to hold 0.
 */
function channelRanges(node: FixedConv2d, input: FixedValue): Granular<Interval> {
  const [rows, columns, channels, outputs] = node.kernel.shape as unknown as KernelShape;
  const hulls = channelHulls(input.ranges, input.shape);
  const bounds = node.bias.data.map((b) => ({ lo: b, hi: b }));
  // Whether each row and column of the kernel lies inside the image at all positions, at some, or at none.
  const inside = (size: number, axis: AxisTaps) => {
    const counts = new Array<number>(size).fill(0);
    for (const taps of axis) for (const { tap } of taps) counts[tap]++;
    return counts.map((n) => ({ always: n === axis.length, never: n === 0 }));
  };
  const taps = imageTaps(input.shape, windowOf(node));
  const insideRows = inside(rows, taps.rows);
  const insideColumns = inside(columns, taps.columns);
  for (let tap = 0; tap < rows * columns; tap++) {
    const [row, column] = [insideRows[Math.floor(tap / columns)], insideColumns[tap % columns]];
    if (row.never || column.never) continue;
    const padded = !(row.always && column.always);
    for (let i = 0; i < channels; i++) {
      for (let o = 0; o < outputs; o++) {
        const weight = node.kernel.data[(tap * channels + i) * outputs + o] as bigint;
        if (weight === 0n) continue;
        const { lo, hi } = hulls[inputChannel(node, i, o)] as Interval;
        const [low, high] = weight > 0n ? [weight * lo, weight * hi] : [weight * hi, weight * lo];
        const bound = bounds[o] as { lo: bigint; hi: bigint };
        bound.lo += padded && low > 0n ? 0n : low;
        bound.hi += padded && high < 0n ? 0n : high;
      }
    }
  }
  return { per: "channel", items: bounds };
}

function verifyConstants({ kernel, bias }: FixedConv2d, where: string): void {
  if (kernel.shape.length !== 4) throw new UserError("its kernel does not have four axes", { where });
  if (kernel.data.length !== kernel.shape.reduce((a, b) => a * b, 1)) {
    throw new UserError(`${kernel.data.length} weights for a kernel [${kernel.shape.join(", ")}]`, { where });
  }
  const outputs = kernel.shape[3];
  if (bias.data.length !== outputs) {
    throw new UserError(`${bias.data.length} biases for ${outputs} output channels`, { where });
  }
}

export const conv2d: FixedOperator<"conv2d"> = {
  arity: 1,
  shape: (node, [input]) => {
    const where = `node '${node.name}'`;
    verifyConstants(node, where);
    const { kernel, pads, strides, dilations, groups } = node;
    return conv2dShape((input as FixedValue).shape, kernel.shape, pads, strides, dilations, groups, where);
  },
  ranges: (node, [input]) => channelRanges(node, input as FixedValue),
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, [input], [values]) => {
    const { shape } = input as FixedValue;
    const [, width, depth] = shape as [number, number, number];
    const [, columns, channels, outputs] = node.kernel.shape as unknown as KernelShape;
    const taps = imageTaps(shape, windowOf(node));
    const result: bigint[] = [];
    for (const down of taps.rows) {
      for (const across of taps.columns) {
        for (let o = 0; o < outputs; o++) {
          let sum = node.bias.data[o] as bigint;
          for (const row of down) {
            for (const column of across) {
              for (let i = 0; i < channels; i++) {
                const at = (row.tap * columns + column.tap) * channels + i;
                const weight = node.kernel.data[at * outputs + o] as bigint;
                if (weight === 0n) continue;
                const site = (row.index * width + column.index) * depth;
                sum += weight * (values?.[site + inputChannel(node, i, o)] as bigint);
              }
            }
          }
          result.push(sum);
        }
      }
    }
    return result;
  },
  write: (node) => ({
    pads: writePads(node.pads),
    ...writeMotion(node),
    kernel: write.tensor(node.kernel),
    bias: write.tensor(node.bias),
  }),
  read: (reader) => ({
    pads: readPads(reader),
    ...readMotion(reader),
    kernel: reader.integerTensor("kernel"),
    bias: reader.integerTensor("bias"),
  }),
};
