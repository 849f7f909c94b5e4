import { type AxisTaps, imageTaps } from "../../ir/fixed/operators/taps.js";
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
  const counts = windowSizes(node, input.shape);
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
function windowSizes(node: ModelPool2d, input: readonly number[]): number[] {
  const taps = imageTaps(input, node);
  const sizes = (axis: AxisTaps, size: number) => axis.map((along) => (node.countPads ? size : along.length));
  const rows = sizes(taps.rows, node.size.rows);
  const columns = sizes(taps.columns, node.size.columns);
  // A window that lies in the padding only sums up to 0, whatever it is divided by.
  return rows.flatMap((y) => columns.map((x) => Math.max(y * x, 1)));
}
