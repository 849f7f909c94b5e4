import type { FixedNode } from "../../ir/fixed/fixed.js";
import type { Element } from "./element.js";
import type { RootedLayer } from "./roots.js";
import type { Slot } from "./site.js";

/** A layer with the elements that it reads. */
export interface FedLayer extends RootedLayer {
  /** The element that a slot carries; undefined for a zero of the padding. */
  readonly read: (slot: Slot) => Element | undefined;
}

/** Gives a layer what it reads: `elementsOf` has the elements of a value, row-major. */
export function feedLayer(
  layer: RootedLayer,
  elementsOf: (value: FixedNode) => readonly Element[],
): FedLayer {
  const values = layer.operands.map(elementsOf);
  return {
    ...layer,
    read: (slot) => (slot === undefined ? undefined : values[slot.operand]?.[slot.element]),
  };
}
