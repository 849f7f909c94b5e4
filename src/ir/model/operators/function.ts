import { UserError } from "../../errors.js";
import { FUNCTIONS, type FunctionKind } from "../model.js";
import { verifyFinite } from "./constants.js";
import { type ModelOperator, sameShape } from "./operator.js";

/** The parameters that a function's formula names; the others have none. */
const PARAMETERS: { readonly [kind in FunctionKind]?: readonly string[] } = {
  elu: ["alpha"],
  selu: ["alpha", "gamma"],
};

/** The names of a function's parameters. */
export function functionParameters(kind: FunctionKind): readonly string[] {
  return PARAMETERS[kind] ?? [];
}

export const functionOperator: ModelOperator<"function"> = {
  arity: 1,
  verify: ({ kind, parameters }, _, where) => {
    const expected = functionParameters(kind);
    const found = Object.keys(parameters);
    if (found.length !== expected.length || !expected.every((name) => Object.hasOwn(parameters, name))) {
      const list = (names: readonly string[]) => names.join(", ") || "none";
      throw new UserError(`the parameters of ${kind} are ${list(expected)}, found ${list(found)}`, { where });
    }
    for (const [name, value] of Object.entries(parameters)) verifyFinite(value, name, where);
  },
  shape: sameShape,
  write: ({ kind, parameters }) => ({ kind, ...parameters }),
  read: (reader) => {
    const kind = reader.oneOf("kind", FUNCTIONS);
    const parameters = functionParameters(kind).map((name) => [name, reader.real(name)] as const);
    return { kind, parameters: Object.fromEntries(parameters) };
  },
};
