import { fractionBits, type Interval, narrowestType } from "../../fixed-point.js";
import { atChannel, type Granular, mapGranular, perChannel } from "../../granular.js";
import { channelHulls } from "../../interval.js";
import { conv2dShape, readPads, writePads } from "../../model/operators/index.js";
import { write } from "../../text/write.js";
import type { FixedConv2d, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

/**
 * Bounds of each output channel: every tap is taken at its worst independently, which is exact for inputs that may
 * take any combination of values. A tap over the padding is 0, so each product's interval is widened to hold 0.
 */
function channelRanges(node: FixedConv2d, input: FixedValue): Granular<Interval> {
  const [rows, columns, channels, outputs] = node.kernel.shape as [number, number, number, number];
  const { top, bottom, left, right } = node.pads;
  const padded = top + bottom + left + right > 0;
  const inputs = channelHulls(input.ranges, input.shape);
  const bounds = node.bias.data.map((b) => ({ lo: b, hi: b }));
  for (let tap = 0; tap < rows * columns; tap++) {
    for (let i = 0; i < channels; i++) {
      const { lo, hi } = inputs[i] as Interval;
      for (let o = 0; o < outputs; o++) {
        const weight = node.kernel.data[(tap * channels + i) * outputs + o] as bigint;
        if (weight === 0n) continue;
        const ends = weight > 0n ? [weight * lo, weight * hi] : [weight * hi, weight * lo];
        const [low, high] = ends as [bigint, bigint];
        const bound = bounds[o] as { lo: bigint; hi: bigint };
        bound.lo += padded && low > 0n ? 0n : low;
        bound.hi += padded && high < 0n ? 0n : high;
      }
    }
  }
  return { per: "channel", items: bounds };
}

export const conv2d: FixedOperator<"conv2d"> = {
  arity: 1,
  shape: (node, [input]) =>
    conv2dShape(
      (input as FixedValue).shape,
      node.kernel.shape,
      node.pads,
      node.strides,
      node.dilations,
      node.groups,
      `node '${node.name}'`,
    ),
  ranges: (node, [input]) => channelRanges(node, input as FixedValue),
  types: (node, _inputs, ranges) =>
    mapGranular(perChannel(ranges.items), (range, o) =>
      narrowestType(range, fractionBits(atChannel(node.types, o))),
    ),
  evaluate: (node, [input], [values]) => {
    const [height, width, channels] = (input as FixedValue).shape as [number, number, number];
    const [rows, columns, , outputs] = node.kernel.shape as [number, number, number, number];
    const [outHeight, outWidth] = node.shape as [number, number, number];
    const result: bigint[] = [];
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        for (let o = 0; o < outputs; o++) {
          let sum = node.bias.data[o] as bigint;
          for (let r = 0; r < rows; r++) {
            const yy = y + r - node.pads.top;
            if (yy < 0 || yy >= height) continue;
            for (let c = 0; c < columns; c++) {
              const xx = x + c - node.pads.left;
              if (xx < 0 || xx >= width) continue;
              for (let i = 0; i < channels; i++) {
                const weight = node.kernel.data[((r * columns + c) * channels + i) * outputs + o] as bigint;
                if (weight !== 0n) sum += weight * (values?.[(yy * width + xx) * channels + i] as bigint);
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
    kernel: write.tensor(node.kernel),
    bias: write.tensor(node.bias),
  }),
  read: (reader) => ({
    pads: readPads(reader),
    kernel: reader.integerTensor("kernel"),
    bias: reader.integerTensor("bias"),
  }),
};
