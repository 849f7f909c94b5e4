import { UserError } from "../ir/errors.js";
import type { NodeSketch } from "../ir/fixed/build.js";
import type { FixedValue } from "../ir/fixed/fixed.js";
import { type FixedType, fractionBits, quantize } from "../ir/fixed-point.js";
import { atChannel, atElement } from "../ir/granular.js";
import type { ModelConv2d, Quantizer } from "../ir/model/model.js";
import type { Tensor } from "../ir/tensor.js";

/** A quantized constant: integer · 2^−fraction. */
interface Constant {
  readonly integer: bigint;
  readonly fraction: number;
}

/**
 * A convolution over integers. Each output channel gets the coarsest binary point at which all its products and its
 * bias are integers; the shifts that bring them there go into the coefficients.
 */
export function quantizeConv2d(node: ModelConv2d, input: FixedValue): NodeSketch {
  const where = `node '${node.name}'`;
  if (input.types.per === "element") {
    throw new UserError("the types of its input differ between positions", {
      where,
      hint: "Train with activation quantizers that are homogeneous over rows and columns.",
    });
  }
  const kernel = constants(node.kernel, node.kernelQuantizer, `${where}: kernel`);
  const bias = constants(node.bias, node.biasQuantizer, `${where}: bias`);
  const [, , channels, outputs] = node.kernel.shape as [number, number, number, number];
  const productFraction = (i: number) =>
    (kernel[i] as Constant).fraction +
    fractionBits(atChannel(input.types, Math.floor(i / outputs) % channels));

  const fractions = bias.map((b) => (b.integer === 0n ? Number.NEGATIVE_INFINITY : b.fraction));
  for (const [i, weight] of kernel.entries()) {
    if (weight.integer !== 0n)
      fractions[i % outputs] = Math.max(fractions[i % outputs] as number, productFraction(i));
  }
  const chosen = fractions.map((fraction) => (Number.isFinite(fraction) ? fraction : 0));
  const align = ({ integer }: Constant, from: number, o: number) =>
    integer === 0n ? 0n : integer << BigInt((chosen[o] as number) - from);

  return {
    op: "conv2d",
    name: node.name,
    inputs: node.inputs,
    types: {
      per: "channel",
      items: chosen.map((fraction): FixedType => ({ signed: true, width: 0, integer: -fraction })),
    },
    kernel: {
      shape: node.kernel.shape,
      data: kernel.map((w, i) => align(w, productFraction(i), i % outputs)),
    },
    bias: { shape: node.bias.shape, data: bias.map((b, o) => align(b, b.fraction, o)) },
    pads: node.pads,
  };
}

/** Quantizes constants exactly and drops trailing zero bits, so that a binary point is as coarse as it can be. */
function constants(
  tensor: Tensor<number>,
  quantizer: Quantizer | undefined,
  where: string,
): readonly Constant[] {
  if (quantizer === undefined) {
    throw new UserError("it has no quantizer: the model was not trained with quantization", {
      where,
      hint: "l1c compiles models trained with HGQ2 quantizers; float weights are not quantized for you.",
    });
  }
  const channels = tensor.shape.at(-1) ?? 1;
  return tensor.data.map((x, i) => {
    const type = atElement(quantizer.types, i, channels);
    let integer = quantize(x, type, quantizer.rounding, quantizer.overflow);
    let fraction = fractionBits(type);
    while (integer !== 0n && (integer & 1n) === 0n) {
      integer >>= 1n;
      fraction--;
    }
    return { integer, fraction };
  });
}
