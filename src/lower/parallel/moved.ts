import { invariant } from "../../ir/errors.js";
import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isMovement, movementSources } from "../../ir/movement.js";
import { type Element, elementOf, rangeAt } from "./element.js";

/** A value with its elements, row-major. */
export interface KnownValue {
  readonly value: FixedNode;
  readonly elements: readonly Element[];
}

/**
 * The elements of a value that takes no cells: those of a constant, or those of a movement's `operands` under the bounds
 * that the movement states.
 */
export function movedElements(node: FixedNode, operands: readonly KnownValue[]): readonly Element[] {
  if (node.op === "constant") {
    return (node as FixedNodeOf<"constant">).value.data.map((k) => ({ range: { lo: k, hi: k } }));
  }
  invariant(isMovement(node), `'${node.op}' moves elements`);
  const shapes = operands.map(({ value }) => value.shape);
  const { input, element } = movementSources(node, shapes);
  return Array.from(input, (from, i) => {
    const source = from < 0 ? undefined : operands[from]?.elements[element[i] as number];
    if (source === undefined) return { range: { lo: 0n, hi: 0n } };
    return source.origin === undefined ? source : elementOf(rangeAt(node, i), source.origin);
  });
}
