import type { FixedNode } from "../ir/fixed/fixed.js";
import { fractionBits, sameType, typeRange } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { sizeOf } from "../ir/tensor.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Removes operations that change no value in the proven ranges: such requantizations, and ReLU of what is never
 * negative. A requantization that gives an output its type stays, so that the firmware's port does not depend on weights.
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
  const channels = a.shape.at(-1) ?? 1;
  return Array.from({ length: sizeOf(a.shape) }, (_, i) => i).every((i) =>
    sameType(atElement(a.types, i, channels), atElement(b.types, i, channels)),
  );
}

function isIdentity(node: FixedNode, input: FixedNode): boolean {
  const channels = input.shape.at(-1) ?? 1;
  const perElement = [input.types, input.ranges, node.types].some((g) => g.per === "element");
  const count = perElement ? sizeOf(input.shape) : channels;
  for (let i = 0; i < count; i++) {
    const range = atElement(input.ranges, i, channels);
    if (node.op === "relu") {
      if (range.lo < 0n) return false;
    } else if (node.op === "requantize") {
      const to = atElement(node.types, i, channels);
      const limits = typeRange(to);
      const lowest = node.overflow === "SAT_SYM" && to.signed ? -limits.hi : limits.lo;
      const alwaysZero = range.lo === 0n && range.hi === 0n;
      if (!alwaysZero && fractionBits(atElement(input.types, i, channels)) !== fractionBits(to)) return false;
      if (range.lo < lowest || range.hi > limits.hi) return false;
    } else {
      return false;
    }
  }
  return true;
}
