import { InternalError } from "../../errors.js";
import { OVERFLOWS, ROUNDINGS } from "../../fixed-point.js";
import type { FixedOperator } from "../operator.js";

/** How values become integers where the text of an input does not say. */
const ROUNDING = "RND";
const OVERFLOW = "SAT";

export const input: FixedOperator<"input"> = {
  arity: 0,
  shape: (node) => node.shape,
  ranges: (node) => node.ranges,
  types: (node) => node.types,
  evaluate: (node) => {
    throw new InternalError(`the value of input '${node.name}' comes from outside`);
  },
  write: ({ rounding, overflow }) => ({
    ...(rounding !== ROUNDING && { rounding }),
    ...(overflow !== OVERFLOW && { overflow }),
  }),
  read: (reader) => ({
    rounding: reader.has("rounding") ? reader.oneOf("rounding", ROUNDINGS) : ROUNDING,
    overflow: reader.has("overflow") ? reader.oneOf("overflow", OVERFLOWS) : OVERFLOW,
  }),
};
