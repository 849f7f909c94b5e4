import { UserError } from "../../../ir/errors.js";
import { type FixedType, narrowestType, quantize, toNumber } from "../../../ir/fixed-point.js";
import { atElement } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import { exactRatio } from "../../../ir/ratio.js";
import type { Tensor } from "../../../ir/tensor.js";
import { collapseTypes, fixedType } from "./bits.js";
import { quantizeFloat32 } from "./float32.js";
import type { HgqQuantizer } from "./quantizer.js";

export interface QuantizedWeight {
  readonly tensor: Tensor<number>;
  readonly quantizer: Quantizer;
}

/**
 * A weight and the quantizer that gives exactly the values HGQ2 computes with. HGQ2 quantizes in float32, where adding
 * 0.5 may itself round, and some of its quantizers do not keep to their types (see `HgqQuantizer.roundsOnly`); ours is
 * exact. So wherever the two would differ, the stored weight is replaced by HGQ2's value, and the type is widened where
 * it cannot hold that. Throws a UserError when HGQ2's value is not finite.
 */
export function quantizeWeight(
  tensor: Tensor<number>,
  hgq: HgqQuantizer,
  what: string,
  where: string,
): QuantizedWeight {
  const { rounding, overflow } = hgq;
  const channels = tensor.shape.at(-1) ?? 1;
  const data: number[] = [];
  const types: FixedType[] = [];
  for (const [n, stored] of tensor.data.entries()) {
    const bits = atElement(hgq.bits, n, channels);
    const declared = fixedType(bits, where);
    const value = quantizeFloat32(stored, bits, rounding, overflow, hgq.roundsOnly);
    if (!Number.isFinite(value)) {
      throw new UserError(`element ${n} of its ${what} is ${value} after quantization`, { where });
    }
    const exactly = (x: number) => toNumber(quantize(x, declared, rounding, overflow), declared);
    if (exactly(stored) === value) {
      data.push(stored);
      types.push(declared);
    } else if (exactly(value) === value) {
      data.push(value);
      types.push(declared);
    } else {
      data.push(value);
      types.push(typeOf(value));
    }
  }
  return {
    tensor: { shape: tensor.shape, data },
    quantizer: { types: collapseTypes(types, channels), rounding, overflow },
  };
}

/** The narrowest type that holds a value and its negative: SAT_SYM moves the value at a type's lower end. */
function typeOf(value: number): FixedType {
  const { n, d } = exactRatio(value);
  const fraction = d.toString(2).length - 1;
  return narrowestType(n < 0n ? { lo: n, hi: -n } : { lo: n, hi: n }, fraction);
}
