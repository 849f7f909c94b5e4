import type { FixedValue } from "../../ir/fixed/fixed.js";
import { type Granular, perTensor } from "../../ir/granular.js";
import type { Quantizer } from "../../ir/model/model.js";
import { sizeOf, type Tensor } from "../../ir/tensor.js";
import { exactAffine } from "../affine.js";
import type { Converter } from "../builder.js";
import { type Constant, exactConstants } from "../constants.js";

/** Constants of one value, one per channel or one per element, as exact numbers. */
export function granularConstants(
  tensor: Tensor<number>,
  quantizer: Quantizer | undefined,
  input: FixedValue,
): Granular<Constant> {
  const items = exactConstants(tensor, quantizer);
  if (tensor.shape.length === 0) return perTensor(items[0] as Constant);
  if (tensor.shape.length === 1) return { per: "channel", items };
  return { per: sizeOf(input.shape) === items.length ? "element" : "channel", items };
}

export const affine: Converter<"affine"> = (node, [input], builder) => {
  const multiplier = granularConstants(node.multiplier, node.multiplierQuantizer, input);
  const offset = granularConstants(node.offset, node.offsetQuantizer, input);
  exactAffine(builder, input, multiplier, offset, node.name);
};
