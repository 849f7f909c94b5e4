import { UserError } from "../../../ir/errors.js";
import type { Pads, Spatial } from "../../../ir/model/model.js";
import { type LayerCall, onlyInput, type Value } from "./handler.js";
import type { Nodes } from "./nodes.js";

/** Windows that go over an image: what convolutions and pools have in common. */
export interface Windows {
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly pads: Pads;
  /** Rows and columns of the result. */
  readonly rows: number;
  readonly columns: number;
}

/** The value as an image (rows, columns, channels), and how to bring a result back to the layer's own form. */
export interface Image {
  readonly value: Value;
  readonly back: (result: Value) => Value;
}

/**
 * The input of a layer over one or two spatial axes as an image with channels last: a sequence becomes an image of one
 * column, channels that come first are moved.
 */
export function imageOf(call: LayerCall, nodes: Nodes, rank: 1 | 2): Image {
  const input = onlyInput(call);
  if (input.shape.length !== rank + 1) {
    throw new UserError(`it takes an input of ${rank + 1} axes, found shape [${input.shape.join(", ")}]`, {
      where: call.where,
    });
  }
  const first = isChannelsFirst(call);
  const last = first ? nodes.transpose(input, rank === 1 ? [1, 0] : [1, 2, 0], "channels_last") : input;
  const value =
    rank === 1 ? nodes.reshape(last, [last.shape[0] as number, 1, last.shape[1] as number], "image") : last;
  return {
    value,
    back: (result) => {
      const own =
        rank === 1
          ? nodes.reshape(result, [result.shape[0] as number, result.shape[2] as number], "sequence")
          : result;
      return first ? nodes.transpose(own, rank === 1 ? [1, 0] : [2, 0, 1], "channels_first") : own;
    },
  };
}

export function isChannelsFirst({ config }: LayerCall): boolean {
  const format = config.require("data_format", ["channels_last", "channels_first"], "channels_last");
  return format === "channels_first";
}

/** Reads the numbers of `key` for each spatial axis; a sequence has one of them. */
export function spatial(call: LayerCall, key: string, rank: 1 | 2, absent?: Spatial): Spatial {
  const { config } = call;
  if (absent !== undefined && !config.has(key)) return absent;
  const [rows, columns] = config.counts(key, rank) as [number, number];
  return { rows, columns: rank === 1 ? 1 : columns };
}

/** Reads strides and padding for windows of this size. Throws a UserError when no window fits. */
export function readWindows(
  call: LayerCall,
  image: Value,
  rank: 1 | 2,
  { size, strides, dilations }: Pick<Windows, "size" | "strides" | "dilations">,
): Windows {
  const supported = rank === 1 ? ["valid", "same", "causal"] : ["valid", "same"];
  const padding = call.config.require("padding", supported, "valid") as "valid" | "same" | "causal";
  const [rows, columns] = image.shape as [number, number, number];
  const vertical = along(rows, size.rows, strides.rows, dilations.rows, padding);
  const horizontal = along(
    columns,
    size.columns,
    strides.columns,
    dilations.columns,
    rank === 1 ? "valid" : padding,
  );
  if (vertical.count < 1 || horizontal.count < 1) {
    throw new UserError(
      `a window of ${size.rows} × ${size.columns} does not fit its input of ${rows} × ${columns}`,
      { where: call.where },
    );
  }
  return {
    size,
    strides,
    dilations,
    pads: { top: vertical.before, bottom: vertical.after, left: horizontal.before, right: horizontal.after },
    rows: vertical.count,
    columns: horizontal.count,
  };
}

/** Windows along one axis: 'same' gives ⌈n / stride⌉ of them, the odd zero of its padding at the end. */
function along(
  length: number,
  size: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same" | "causal",
): { readonly before: number; readonly after: number; readonly count: number } {
  const extent = (size - 1) * dilation + 1;
  if (padding === "same") {
    const count = Math.ceil(length / stride);
    const total = Math.max((count - 1) * stride + extent - length, 0);
    const before = Math.floor(total / 2);
    return { before, after: total - before, count };
  }
  const before = padding === "causal" ? extent - 1 : 0;
  return { before, after: 0, count: Math.floor((length + before - extent) / stride) + 1 };
}
