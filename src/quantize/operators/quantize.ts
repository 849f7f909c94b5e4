import type { Converter } from "../builder.js";

export const quantize: Converter<"quantize"> = ({ name, inputs, quantizer }, _, builder) => {
  builder.add({ op: "requantize", name, inputs, ...quantizer });
};
