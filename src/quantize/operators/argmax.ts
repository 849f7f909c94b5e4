import { alignAxes } from "../align.js";
import type { Converter } from "../builder.js";

export const argmax: Converter<"argmax"> = ({ name, last }, [input], builder) => {
  const aligned = alignAxes(builder, input, [input.shape.length - 1], name);
  builder.add({ op: "argmax", name, inputs: [aligned.name], last });
};
