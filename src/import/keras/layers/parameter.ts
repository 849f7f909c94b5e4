import { UserError } from "../../../ir/errors.js";
import type { FixedType } from "../../../ir/fixed-point.js";
import { atElement, perTensor } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import { sizeOf, type Tensor } from "../../../ir/tensor.js";
import { collapseTypes } from "../hgq2/bits.js";

/** A constant of a layer with the quantizer that training gave it. */
export interface Parameter {
  readonly tensor: Tensor<number>;
  readonly quantizer: Quantizer | undefined;
}

/** Which weight it is: `kernel`, `bias`, …; the quantizer follows from that. */
export type ReadParameter = (role: string, tensor: Tensor<number>) => Parameter;

/** Layers of Keras itself do not quantize. */
export const floatParameter: ReadParameter = (_, tensor) => ({ tensor, quantizer: undefined });

/** What is exactly zero in every type. */
const ZERO: Quantizer = {
  types: perTensor({ signed: false, width: 0, integer: 0 }),
  rounding: "TRN",
  overflow: "WRAP",
};

/** Zeros beside a quantized parameter need no type of their own; beside a float one they have none. */
export function zeros(size: number, beside: Parameter): Parameter {
  return {
    tensor: { shape: [size], data: Array.from({ length: size }, () => 0) },
    quantizer: beside.quantizer === undefined ? undefined : ZERO,
  };
}

/** More elements than an event of a trigger has; a hostile file may ask for any number. */
const MOST_SPREAD = 2 ** 20;

/** The parameter whose element e is the element `source(e)` of this one: permuted, repeated or reshaped. */
export function rearrange(
  { tensor, quantizer }: Parameter,
  shape: readonly number[],
  source: (element: number) => number,
): Parameter {
  if (sizeOf(shape) > MOST_SPREAD) {
    throw new UserError(`it spreads a weight over [${shape.join(", ")}]: more than ${MOST_SPREAD} elements`);
  }
  const order = Array.from({ length: sizeOf(shape) }, (_, element) => source(element));
  return {
    tensor: { shape, data: order.map((from) => tensor.data[from] as number) },
    quantizer: quantizer && rearrangeQuantizer(quantizer, tensor.shape, shape, order),
  };
}

function rearrangeQuantizer(
  quantizer: Quantizer,
  from: readonly number[],
  to: readonly number[],
  order: readonly number[],
): Quantizer {
  const channels = from.at(-1) ?? 1;
  const types = order.map((element): FixedType => atElement(quantizer.types, element, channels));
  const { limits } = quantizer;
  return {
    ...quantizer,
    types: collapseTypes(types, to.at(-1) ?? 1),
    ...(limits !== undefined && {
      limits:
        limits.per === "tensor"
          ? limits
          : ({
              per: "element",
              items: order.map((element) => atElement(limits, element, channels)),
            } as const),
    }),
  };
}

/** Axis i of the result is axis permutation[i]. */
export function permute(parameter: Parameter, permutation: readonly number[]): Parameter {
  const { shape } = parameter.tensor;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = permutation.map((axis) => shape[axis] as number);
  return rearrange(parameter, to, (element) =>
    coordinates(element, to).reduce(
      (sum, index, axis) => sum + index * (strides[permutation[axis] as number] as number),
      0,
    ),
  );
}

/** The same elements in the same order under another shape. */
export function reshapeParameter(parameter: Parameter, shape: readonly number[]): Parameter {
  const { tensor, quantizer } = parameter;
  const perChannel = [quantizer?.types, quantizer?.limits].some((granular) => granular?.per === "channel");
  // Most reshapes leave the channels alone: nothing to move then.
  if (!perChannel || shape.at(-1) === tensor.shape.at(-1)) {
    return { tensor: { shape, data: tensor.data }, quantizer };
  }
  return rearrange(parameter, shape, (element) => element);
}

/** NumPy's broadcast to a shape of at least as many axes. */
export function broadcastParameter(parameter: Parameter, shape: readonly number[]): Parameter {
  const { shape: from } = parameter.tensor;
  const strides = from.map((size, axis) => (size === 1 ? 0 : sizeOf(from.slice(axis + 1))));
  const offset = shape.length - from.length;
  return rearrange(parameter, shape, (element) =>
    coordinates(element, shape).reduce(
      (sum, index, axis) => sum + (axis < offset ? 0 : index * (strides[axis - offset] as number)),
      0,
    ),
  );
}

/** The index along each axis of a row-major element. */
export function coordinates(element: number, shape: readonly number[]): readonly number[] {
  const indices = new Array<number>(shape.length);
  let rest = element;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    indices[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return indices;
}
