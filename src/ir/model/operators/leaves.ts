import { UserError } from "../../errors.js";
import { write } from "../../text/write.js";
import { verifyConstant } from "./constants.js";
import { type ModelOperator, noAttributes, showShape } from "./operator.js";
import { readOptional, writeOptional } from "./quantizer.js";

export const input: ModelOperator<"input"> = {
  arity: 0,
  shape: (node) => {
    if (node.shape.some((n) => !Number.isSafeInteger(n) || n < 1)) {
      throw new UserError(`${showShape(node.shape)} is no shape of at least one element`, {
        where: `node '${node.name}'`,
      });
    }
    return node.shape;
  },
  ...noAttributes,
};

export const constant: ModelOperator<"constant"> = {
  arity: 0,
  verify: (node, _, where) => verifyConstant(node.value, node.value.shape, `${where}: value`, node.quantizer),
  shape: (node) => node.value.shape,
  write: (node) => ({ value: write.tensor(node.value), ...writeOptional("quantizer", node.quantizer) }),
  read: (reader) => ({ value: reader.realTensor("value"), quantizer: readOptional(reader, "quantizer") }),
};
