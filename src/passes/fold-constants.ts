import type { NodeSketch } from "../ir/fixed/build.js";
import type { FixedConstant, FixedNode } from "../ir/fixed/fixed.js";
import { fixedOperator } from "../ir/fixed/operators/index.js";
import { collapse, type Granular, perTensor } from "../ir/granular.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Turns what does not depend on the event into constants, and arithmetic of a value and a constant into an affine. A
 * requantization that gives an output its type stays, so that the firmware's port does not depend on weights.
 */
export const foldConstants: Pass = (fixed) => {
  const outputs = new Set(fixed.outputs.map(({ value }) => value));
  return rebuild(fixed, (node, inputs) => {
    if (inputs.length === 0) return node;
    if (!inputs.every(isConstant)) return affineOf(node, inputs) ?? node;
    if (node.op === "requantize" && outputs.has(node.name)) return node;
    const values = inputs.map(({ value }) => value.data);
    const data = fixedOperator(node.op).evaluate(node as never, inputs, values);
    const { name, shape, types } = node;
    return { op: "constant", name, inputs: [], types, value: { shape, data } };
  });
};

function isConstant(node: FixedNode): node is FixedConstant {
  return node.op === "constant";
}

/** The constant's integers, stated as coarsely as they can be. */
function integersOf({ value }: FixedConstant): Granular<bigint> {
  return collapse({ per: "element", items: value.data }, value.shape, (a, b) => a === b);
}

/** ±k + constant or constant · k, where one operand is constant. */
function affineOf(node: FixedNode, inputs: readonly FixedNode[]): NodeSketch | undefined {
  if (node.op !== "add" && node.op !== "subtract" && node.op !== "multiply") return undefined;
  const at = inputs.findIndex(isConstant);
  const [constant, value] = [inputs[at], inputs[1 - at]];
  if (constant === undefined || value === undefined || !isConstant(constant)) return undefined;
  const integers = integersOf(constant);
  const { name, types } = node;
  const affine = { op: "affine", name, inputs: [value.name], types } as const;
  if (node.op === "multiply") return { ...affine, multiplier: integers, offset: perTensor(0n) };
  const subtracted = node.op === "subtract" ? at : undefined;
  return {
    ...affine,
    multiplier: perTensor(subtracted === 0 ? -1n : 1n),
    offset: subtracted === 1 ? { ...integers, items: integers.items.map((k) => -k) } : integers,
  };
}
