import { alignChannels, channelUnits } from "../align.js";
import type { Converter } from "../builder.js";
import { integerLevel } from "../levels.js";

/** A level on the grid of each channel; the level is taken as the exact value of its double. */
export const threshold: Converter<"threshold"> = (node, [input], builder) => {
  const aligned = alignChannels(builder, input, node.name);
  const levels = channelUnits(aligned).map((unit) => integerLevel(node.level, unit, node.strict));
  builder.add({ op: "threshold", name: node.name, inputs: [aligned.name], levels });
};
