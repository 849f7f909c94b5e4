import type { FixedNode, FixedRequantize } from "../ir/fixed/fixed.js";
import { type FixedType, type Interval, sameType, sameUnit, typeRange } from "../ir/fixed-point.js";
import { type Granular, zipGranular } from "../ir/granular.js";
import { isZero, within } from "../ir/interval.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Removes operations that change no value in the proven ranges: such requantizations, affines and clamps, ReLU of what is
 * never negative, and movements that leave every element in its place. A requantization that gives an output its type
 * stays, so that the firmware's port does not depend on weights.
 */
export const removeIdentity: Pass = (fixed) => {
  const outputs = new Set(fixed.outputs.map(({ value }) => value));
  return rebuild(fixed, (node, [input]) => {
    if (input === undefined || !isIdentity(node, input)) return node;
    const isPort = node.op === "requantize" && outputs.has(node.name);
    return isPort && !sameTypes(node, input) ? node : input.name;
  });
};

function sameTypes(a: FixedNode, b: FixedNode): boolean {
  return zipGranular(a.shape, [a.types, b.types], sameType).items.every((same) => same);
}

function isIdentity(node: FixedNode, input: FixedNode): boolean {
  switch (node.op) {
    case "relu":
      return input.ranges.items.every(({ lo }) => lo >= 0n);
    case "clamp":
      return zipGranular(node.shape, [input.ranges, node.limits], within).items.every((inside) => inside);
    case "affine":
      return (
        node.multiplier.items.every((k) => k === 1n) &&
        node.offset.items.every((k) => k === 0n) &&
        keepsUnits(node, input)
      );
    case "requantize":
      return keepsUnits(node, input) && staysInside(node, input);
    case "reshape":
    case "slice":
    case "expand":
      // A slice of the whole shape may still turn an axis around.
      return (
        sameShape(node, input) &&
        (node.op !== "slice" || node.steps.every((step, i) => step > 0 || node.shape[i] === 1))
      );
    case "transpose":
      return node.permutation.every((axis, i) => axis === i);
    case "pad":
      return sameShape(node, input);
    case "gather":
      return sameShape(node, input) && node.indices.every((index, i) => index === i);
    case "concat":
      return node.inputs.length === 1;
    default:
      return false;
  }
}

function sameShape(a: FixedNode, b: FixedNode): boolean {
  return a.shape.join() === b.shape.join();
}

/** Whether an integer of the input stands for the same value in the node; 0 does so in every unit. */
function keepsUnits(node: FixedNode, input: FixedNode): boolean {
  const same = zipGranular(
    node.shape,
    [input.ranges, input.types, node.types],
    (range, from, to) => isZero(range) || sameUnit(from, to),
  );
  return same.items.every((kept) => kept);
}

/** Whether the input's ranges lie within the types and limits of a requantization, so that nothing overflows. */
function staysInside(node: FixedRequantize, input: FixedNode): boolean {
  const allowed = (type: FixedType): Interval => {
    const { lo, hi } = typeRange(type);
    return node.overflow === "SAT_SYM" && type.signed ? { lo: -hi, hi } : { lo, hi };
  };
  const bounds: Granular<Interval> = node.limits ?? {
    per: node.types.per,
    items: node.types.items.map(allowed),
  };
  return zipGranular(node.shape, [input.ranges, bounds], within).items.every((inside) => inside);
}
