import { type Granular, perTensor } from "../../ir/granular.js";
import { ONE } from "../../ir/ratio.js";
import { exactAffine } from "../affine.js";
import { alignPair } from "../align.js";
import type { Converter } from "../builder.js";
import type { Constant } from "../constants.js";
import { ZERO } from "../units.js";
import { granularConstants } from "./affine.js";

const NOTHING: Constant = { value: ZERO, unit: ONE };
const MINUS_ONE: Constant = { value: { n: -1n, d: 1n }, unit: ONE };

export const relu: Converter<"relu"> = ({ name, inputs }, _, builder) => {
  builder.add({ op: "relu", name, inputs });
};

/** |x| = max(x, −x). */
export const absolute: Converter<"absolute"> = ({ name }, [input], builder) => {
  const negative = builder.fresh(`${name}.negative`);
  exactAffine(builder, input, perTensor(MINUS_ONE), perTensor(NOTHING), negative);
  builder.add({ op: "maximum", name, inputs: [input.name, negative] });
};

/** max(x, slope · x) for slopes up to 1, min(x, slope · x) for those from 1 on, else relu(x) − slope · relu(−x). */
export const leakyRelu: Converter<"leaky_relu"> = (node, [input], builder) => {
  const { name } = node;
  const slope = granularConstants(node.slope, undefined, input);
  const scaled = (value: typeof input, factor: Granular<Constant>, suffix: string) =>
    exactAffine(builder, value, factor, perTensor(NOTHING), builder.fresh(`${name}.${suffix}`));
  const below = slope.items.every(({ value }) => value.n <= value.d);
  if (below || slope.items.every(({ value }) => value.n >= value.d)) {
    const [a, b] = alignPair(builder, input, scaled(input, slope, "slope"), name);
    builder.add({ op: below ? "maximum" : "minimum", name, inputs: [a.name, b.name] });
    return;
  }
  const positive = builder.add({ op: "relu", name: builder.fresh(`${name}.positive`), inputs: [input.name] });
  const negated = scaled(input, perTensor(MINUS_ONE), "negated");
  const negative = builder.add({
    op: "relu",
    name: builder.fresh(`${name}.negative`),
    inputs: [negated.name],
  });
  const [a, b] = alignPair(builder, positive, scaled(negative, slope, "slope"), name);
  builder.add({ op: "subtract", name, inputs: [a.name, b.name] });
};
