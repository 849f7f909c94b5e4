import { UserError } from "../../errors.js";
import { type Interval, typeLike } from "../../fixed-point.js";
import { type Granular, zipGranular } from "../../granular.js";
import { channelHulls } from "../../interval.js";
import { write } from "../../text/write.js";
import {
  readPads,
  readSpatial,
  tapsAlong,
  type Windows,
  windowCounts,
  writePads,
  writeSpatial,
} from "../../window.js";
import type { FixedConv2d, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

type KernelShape = readonly [rows: number, columns: number, channels: number, outputs: number];

function windowsOf(node: FixedConv2d): Windows {
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
  const windows = windowsOf(node);
  const hulls = channelHulls(input.ranges, input.shape);
  const bounds = node.bias.data.map((b) => ({ lo: b, hi: b }));
  // How many windows each row and column of the kernel lies inside the image: of all, of some, or of none.
  const inside = (axis: "rows" | "columns", count: number, length: number) => {
    const counts = new Array<number>(windows.size[axis]).fill(0);
    for (const taps of tapsAlong(axis, windows, count, length)) for (const { tap } of taps) counts[tap]++;
    return counts.map((n) => ({ always: n === count, never: n === 0 }));
  };
  const insideRows = inside("rows", node.shape[0] as number, input.shape[0] as number);
  const insideColumns = inside("columns", node.shape[1] as number, input.shape[1] as number);
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

function verifyConstants(node: FixedConv2d, image: readonly number[], where: string): void {
  const { kernel, bias, groups } = node;
  if (kernel.shape.length !== 4) throw new UserError("its kernel does not have four axes", { where });
  if (kernel.data.length !== kernel.shape.reduce((a, b) => a * b, 1)) {
    throw new UserError(`${kernel.data.length} weights for a kernel [${kernel.shape.join(", ")}]`, { where });
  }
  const [, , channels, outputs] = kernel.shape as unknown as KernelShape;
  if (bias.data.length !== outputs) {
    throw new UserError(`${bias.data.length} biases for ${outputs} output channels`, { where });
  }
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
    throw new UserError(`${outputs} output channels do not form ${groups} groups`, { where });
  }
  if (image.length === 3 && image[2] !== channels * groups) {
    throw new UserError(`the kernel takes ${channels * groups} channels, its input has ${image[2]}`, {
      where,
    });
  }
}

export const conv2d: FixedOperator<"conv2d"> = {
  arity: 1,
  shape: (node, [input]) => {
    const where = `node '${node.name}'`;
    const { shape } = input as FixedValue;
    verifyConstants(node, shape, where);
    const { rows, columns } = windowCounts(shape, windowsOf(node), where);
    return [rows, columns, node.kernel.shape[3] as number];
  },
  ranges: (node, [input]) => channelRanges(node, input as FixedValue),
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, [input], [values]) => {
    const [height, width, depth] = (input as FixedValue).shape as [number, number, number];
    const [, columns, channels, outputs] = node.kernel.shape as unknown as KernelShape;
    const [outHeight, outWidth] = node.shape as [number, number, number];
    const windows = windowsOf(node);
    const rowTaps = tapsAlong("rows", windows, outHeight, height);
    const columnTaps = tapsAlong("columns", windows, outWidth, width);
    const result: bigint[] = [];
    for (const taps of rowTaps) {
      for (const across of columnTaps) {
        for (let o = 0; o < outputs; o++) {
          let sum = node.bias.data[o] as bigint;
          for (const row of taps) {
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
    ...writeSpatial("strides", node.strides),
    ...writeSpatial("dilations", node.dilations),
    ...(node.groups !== 1 && { groups: BigInt(node.groups) }),
    kernel: write.tensor(node.kernel),
    bias: write.tensor(node.bias),
  }),
  read: (reader) => ({
    pads: readPads(reader),
    strides: readSpatial(reader, "strides"),
    dilations: readSpatial(reader, "dilations"),
    groups: reader.has("groups") ? reader.count("groups") : 1,
    kernel: reader.integerTensor("kernel"),
    bias: reader.integerTensor("bias"),
  }),
};
