import { write } from "../../text/write.js";
import { verifyFactor } from "./constants.js";
import { type ModelOperator, sameShape } from "./operator.js";
import { readOptional, writeOptional } from "./quantizer.js";

export const affine: ModelOperator<"affine"> = {
  arity: 1,
  verify: ({ shape, multiplier, offset, multiplierQuantizer, offsetQuantizer }, _, where) => {
    verifyFactor(multiplier, shape, `${where}: multiplier`, multiplierQuantizer);
    verifyFactor(offset, shape, `${where}: offset`, offsetQuantizer);
  },
  shape: sameShape,
  write: (node) => ({
    multiplier: write.tensor(node.multiplier),
    ...writeOptional("multiplier_quantizer", node.multiplierQuantizer),
    offset: write.tensor(node.offset),
    ...writeOptional("offset_quantizer", node.offsetQuantizer),
  }),
  read: (reader) => ({
    multiplier: reader.realTensor("multiplier"),
    multiplierQuantizer: readOptional(reader, "multiplier_quantizer"),
    offset: reader.realTensor("offset"),
    offsetQuantizer: readOptional(reader, "offset_quantizer"),
  }),
};
