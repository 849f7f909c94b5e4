import { InternalError } from "../../errors.js";
import type { FixedOperator } from "../operator.js";

export const input: FixedOperator<"input"> = {
  arity: 0,
  shape: (node) => node.shape,
  ranges: (node) => node.ranges,
  types: (node) => node.types,
  evaluate: (node) => {
    throw new InternalError(`the value of input '${node.name}' comes from outside`);
  },
  write: () => ({}),
  read: () => ({}),
};
