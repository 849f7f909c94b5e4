import { UserError } from "../ir/errors.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import type { FixedType } from "../ir/fixed-point.js";
import type { Granular } from "../ir/granular.js";
import type { ModelConv2d, ModelDense } from "../ir/model/model.js";
import { exactQuotient, type Ratio, times } from "../ir/ratio.js";
import type { Tensor } from "../ir/tensor.js";
import { channelUnits } from "./align.js";
import { type Constant, exactConstants, unitOfTerms } from "./constants.js";
import { typesOfUnits } from "./units.js";

/** The integers of a convolution or a matrix. */
export interface IntegerWeights {
  readonly kernel: Tensor<bigint>;
  readonly bias: Tensor<bigint>;
  readonly types: Granular<FixedType>;
}

/**
 * Turns kernel and bias into integers. Each output channel gets a unit of which all its products (weight times unit of
 * the input) and its bias are integer multiples; the factors that bring them there go into the coefficients. The input has one unit per channel; `inputChannel(i)` is the channel that weight i reads.
 */
export function integerWeights(
  node: ModelConv2d | ModelDense,
  input: FixedNode,
  inputChannel: (weight: number) => number,
): IntegerWeights {
  if (node.kernelQuantizer === undefined) {
    throw new UserError("its weights have no quantizer: the model was not trained with quantization", {
      where: `node '${node.name}'`,
      hint: "Quantize it from events: l1c compile --calibrate FILE.",
    });
  }
  const outputs = node.kernel.shape.at(-1) ?? 1;
  const inputUnits = channelUnits(input);
  const products = exactConstants(node.kernel, node.kernelQuantizer).map(({ value, unit }, i): Constant => {
    const input = inputUnits[inputChannel(i)] as Ratio;
    return value.n === 0n ? { value, unit } : { value: times(value, input), unit: times(unit, input) };
  });
  const biases = exactConstants(node.bias, node.biasQuantizer);
  const terms: Constant[][] = biases.map((bias) => [bias]);
  for (const [i, product] of products.entries()) terms[i % outputs]?.push(product);
  const units = terms.map(unitOfTerms);
  const integer = ({ value }: Constant, i: number) =>
    value.n === 0n ? 0n : exactQuotient(value, units[i % outputs] as Ratio);
  return {
    kernel: { shape: node.kernel.shape, data: products.map(integer) },
    bias: { shape: node.bias.shape, data: biases.map(integer) },
    types: typesOfUnits({ per: "channel", items: units }),
  };
}
