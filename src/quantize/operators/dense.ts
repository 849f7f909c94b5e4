import { alignChannels } from "../align.js";
import type { Converter } from "../builder.js";
import { integerWeights } from "../weights.js";

export const dense: Converter<"dense"> = (node, [input], builder) => {
  const aligned = alignChannels(builder, input, node.name);
  const outputs = node.kernel.shape.at(-1) ?? 1;
  const weights = integerWeights(node, aligned, (weight) => Math.floor(weight / outputs));
  builder.add({ op: "dense", name: node.name, inputs: [aligned.name], ...weights });
};
