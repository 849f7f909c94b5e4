import type { ModelPool2d } from "../../ir/model/model.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import { alignChannels, channelUnits, rescale } from "../align.js";
import type { Converter } from "../builder.js";

/** An average is the sum, of which the integer 1 stands for one n-th as much: no arithmetic and no rounding. */
export const pool2d: Converter<"pool2d"> = (node, [input], builder) => {
  const { name, size, strides, dilations, pads } = node;
  const aligned = alignChannels(builder, input, name);
  const windows = { inputs: [aligned.name], size, strides, dilations, pads };
  if (node.kind === "max") {
    builder.add({ op: "pool2d", kind: "max", name, ...windows });
    return;
  }
  const sum = builder.add({ op: "pool2d", kind: "sum", name: builder.fresh(`${name}.sum`), ...windows });
  const units = channelUnits(sum);
  const part = (unit: Ratio, count: number) => ratio(unit.n, unit.d * BigInt(count));
  const counts = windowSizes(node, input.shape, sum.shape);
  const full = counts[0] as number;
  if (counts.every((count) => count === full)) {
    const items = units.map((unit) => part(unit, full));
    rescale(builder, sum, { per: "channel", items }, name);
    return;
  }
  const items = counts.flatMap((count) => units.map((unit) => part(unit, count)));
  rescale(builder, sum, { per: "element", items }, name);
};

/** By how many each site's sum is divided: all taps of the window, or those that lie on the image. */
function windowSizes(node: ModelPool2d, input: readonly number[], output: readonly number[]): number[] {
  const { size, strides, dilations, pads, countPads } = node;
  const inside = (
    site: number,
    stride: number,
    before: number,
    taps: number,
    dilation: number,
    extent: number,
  ) => {
    if (countPads) return taps;
    let count = 0;
    for (let tap = 0; tap < taps; tap++) {
      const at = site * stride - before + tap * dilation;
      if (at >= 0 && at < extent) count++;
    }
    return Math.max(count, 1);
  };
  const [height, width] = input as readonly [number, number];
  const [rows, columns] = output as readonly [number, number];
  return Array.from({ length: rows * columns }, (_, i) => {
    const [y, x] = [Math.floor(i / columns), i % columns];
    return (
      inside(y, strides.rows, pads.top, size.rows, dilations.rows, height) *
      inside(x, strides.columns, pads.left, size.columns, dilations.columns, width)
    );
  });
}
