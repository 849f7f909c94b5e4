import { alignChannels } from "../align.js";
import type { Converter } from "../builder.js";
import { integerWeights } from "../weights.js";

export const conv2d: Converter<"conv2d"> = (node, [input], builder) => {
  const { name, pads, strides, dilations, groups } = node;
  const aligned = alignChannels(builder, input, name);
  const [, , depth, outputs] = node.kernel.shape as [number, number, number, number];
  const channel = (weight: number) => {
    const output = weight % outputs;
    const group = Math.floor((output * groups) / outputs);
    return group * depth + (Math.floor(weight / outputs) % depth);
  };
  const weights = integerWeights(node, aligned, channel);
  builder.add({ op: "conv2d", name, inputs: [aligned.name], ...weights, pads, strides, dilations, groups });
};
