import { type LayerHandler, onlyInput } from "./handler.js";
import { Nodes } from "./nodes.js";
import { imageOf, isChannelsFirst, readWindows, spatial } from "./windows.js";

/** keras MaxPooling and AveragePooling: padding never takes part, neither as a maximum nor in the mean. */
export function pooling(kind: "max" | "average", rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const image = imageOf(call, nodes, rank);
    const size = spatial(call, "pool_size", rank);
    const { strides, dilations, pads, rows, columns } = readWindows(call, image.value, rank, {
      size,
      strides: spatial(call, "strides", rank, size),
      dilations: { rows: 1, columns: 1 },
    });
    const shape = [rows, columns, image.value.shape[2] as number];
    const pooled = nodes.add(
      "",
      { op: "pool2d", kind, size, strides, dilations, pads, countPads: false },
      [image.value],
      shape,
    );
    return nodes.result(image.back(pooled));
  };
}

/** keras GlobalMaxPooling and GlobalAveragePooling: over all positions. */
export function globalPooling(kind: "max" | "mean"): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const input = onlyInput(call);
    const axes = input.shape.map((_, axis) => axis);
    const positions = isChannelsFirst(call) ? axes.slice(1) : axes.slice(0, -1);
    return nodes.result(nodes.reduce("", kind, input, positions, call.config.flag("keepdims", false)));
  };
}
