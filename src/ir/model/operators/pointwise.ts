import { UserError } from "../../errors.js";
import { write } from "../../text/write.js";
import { verifyFactor, verifyFinite } from "./constants.js";
import { type ModelOperator, noAttributes, type Shape, sameShape, showShape } from "./operator.js";
import { readQuantizer, verifyQuantizer, writeQuantizer } from "./quantizer.js";

/** The shape of an operator on values of one shape, which the text and the importers `expand` to. */
function equalShapes(node: { readonly name: string; readonly op: string }, inputs: readonly Shape[]): Shape {
  const [first] = inputs as [Shape];
  if (inputs.some((shape) => shape.join() !== first.join() || shape.length !== first.length)) {
    throw new UserError(`${node.op} takes values of one shape, found ${inputs.map(showShape).join(", ")}`, {
      where: `node '${node.name}'`,
      hint: "expand the smaller one first",
    });
  }
  return first;
}

const binary = { arity: 2, shape: equalShapes, ...noAttributes } as const;
export const add: ModelOperator<"add"> = binary;
export const subtract: ModelOperator<"subtract"> = binary;
export const multiply: ModelOperator<"multiply"> = binary;
export const maximum: ModelOperator<"maximum"> = binary;
export const minimum: ModelOperator<"minimum"> = binary;
export const select: ModelOperator<"select"> = { arity: 3, shape: equalShapes, ...noAttributes };

const unary = { arity: 1, shape: sameShape, ...noAttributes } as const;
export const relu: ModelOperator<"relu"> = unary;
export const absolute: ModelOperator<"absolute"> = unary;

export const softmax: ModelOperator<"softmax"> = {
  ...unary,
  verify: (_, [input], where) => {
    if ((input as Shape).length === 0) throw new UserError("softmax takes at least one axis", { where });
  },
};

export const quantize: ModelOperator<"quantize"> = {
  arity: 1,
  verify: ({ quantizer }, [input], where) => verifyQuantizer(quantizer, input as Shape, where),
  shape: sameShape,
  write: (node) => writeQuantizer(node.quantizer),
  read: (reader) => ({ quantizer: readQuantizer(reader) }),
};

export const leakyRelu: ModelOperator<"leaky_relu"> = {
  arity: 1,
  verify: ({ slope, shape }, _, where) => verifyFactor(slope, shape, `${where}: slope`),
  shape: sameShape,
  write: (node) => ({ slope: write.tensor(node.slope) }),
  read: (reader) => ({ slope: reader.realTensor("slope") }),
};

export const clamp: ModelOperator<"clamp"> = {
  arity: 1,
  verify: ({ low, high }, _, where) => {
    if (low !== undefined) verifyFinite(low, "low", where);
    if (high !== undefined) verifyFinite(high, "high", where);
    if (low !== undefined && high !== undefined && low > high) {
      throw new UserError(`its bounds ${low} and ${high} leave no value`, { where });
    }
  },
  shape: sameShape,
  write: ({ low, high }) => ({
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
  }),
  read: (reader) => ({
    low: reader.has("low") ? reader.real("low") : undefined,
    high: reader.has("high") ? reader.real("high") : undefined,
  }),
};
