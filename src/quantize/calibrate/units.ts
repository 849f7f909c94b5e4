import { type FixedType, unitOf } from "../../ir/fixed-point.js";
import { atElement, type Granular } from "../../ir/granular.js";
import type { ModelAffine, ModelNode, Quantizer } from "../../ir/model/model.js";
import { isMovement } from "../../ir/movement.js";
import { commonUnit, exactRatio, ONE, type Ratio, ratio, times } from "../../ir/ratio.js";
import { sizeOf, type Tensor } from "../../ir/tensor.js";
import { unitOfAll } from "../units.js";

/** The unit of which all elements of a value are multiples; undefined where the model does not fix one. */
export type UnitOf = (name: string) => Ratio | undefined;

/** The unit of a node's result, from the units and the shapes of its operands. */
export function resultUnit(
  node: ModelNode,
  of: UnitOf,
  shapes: (name: string) => readonly number[],
): Ratio | undefined {
  const all = (names: readonly string[]) => {
    const units = names.map(of);
    return units.every((unit) => unit !== undefined) ? units.reduce(commonUnit) : undefined;
  };
  const product = (...factors: readonly (Ratio | undefined)[]) =>
    factors.every((unit) => unit !== undefined) ? factors.reduce(times) : undefined;
  const part = (count: number) => product(of(node.inputs[0]), ratio(1n, BigInt(count)));
  switch (node.op) {
    case "quantize":
      return wholeUnit(node.quantizer.types);
    case "constant":
      return node.quantizer && wholeUnit(node.quantizer.types);
    case "conv2d":
    case "dense":
      return sum(
        product(of(node.inputs[0]), constantUnit(node.kernelQuantizer)),
        constantUnit(node.biasQuantizer),
      );
    case "affine":
      return sum(
        product(of(node.inputs[0]), multiplierUnit(node)),
        factorUnit(node.offset, node.offsetQuantizer),
      );
    case "leaky_relu":
      return sum(of(node.inputs[0]), product(of(node.inputs[0]), factorUnit(node.slope, undefined)));
    case "multiply":
      return product(...node.inputs.map(of));
    case "pool2d":
      return node.kind === "max" ? all(node.inputs) : part(node.size.rows * node.size.columns);
    case "reduce": {
      if (node.kind !== "mean") return all(node.inputs);
      return part(sizeOf(shapes(node.inputs[0])) / sizeOf(node.shape));
    }
    case "index_select":
      return of(node.inputs[0]);
    case "scatter":
      return node.kind === "mean" ? undefined : of(node.inputs[0]);
    case "threshold":
    case "argmax":
      return ONE;
    case "select":
      return all(node.inputs.slice(1));
    case "relu":
    case "clamp":
    case "absolute":
    case "add":
    case "subtract":
    case "maximum":
    case "minimum":
      return all(node.inputs);
    default:
      return isMovement(node) ? all(node.inputs) : undefined;
  }
}

const wholeUnit = (types: Granular<FixedType>): Ratio => types.items.map(unitOf).reduce(commonUnit);
const constantUnit = (quantizer: Quantizer | undefined): Ratio | undefined =>
  quantizer && wholeUnit(quantizer.types);
const sum = (a: Ratio | undefined, b: Ratio | undefined): Ratio | undefined => a && b && commonUnit(a, b);

/** The unit of a factor that may be exact: without a quantizer, that of its doubles. */
function factorUnit({ data }: Tensor<number>, quantizer: Quantizer | undefined): Ratio {
  return quantizer === undefined ? unitOfAll(data.map(exactRatio)) : wholeUnit(quantizer.types);
}

/** What the factors of an affine map are multiples of. */
export function multiplierUnit({ multiplier, multiplierQuantizer }: ModelAffine): Ratio {
  return factorUnit(multiplier, multiplierQuantizer);
}

/** What the products of an operand with the weights of each output channel are multiples of. */
export function productUnits(input: Ratio, weights: Quantizer, channels: number): readonly Ratio[] {
  const { types } = weights;
  return Array.from({ length: channels }, (_, c) => times(input, unitOf(atElement(types, c, channels))));
}
