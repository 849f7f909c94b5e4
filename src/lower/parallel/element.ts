import type { FixedNode } from "../../ir/fixed/fixed.js";
import type { Interval } from "../../ir/fixed-point.js";
import { atElement } from "../../ir/granular.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Controls } from "../gates.js";
import { channelsOf } from "../pointwise.js";
import type { WireField } from "./wiring.js";

/** Where an element of a tensor comes from: an input of the firmware, or a result of a layer. */
export interface Origin {
  /** Its node in the timing graph. */
  readonly node: number;
  readonly width: number;
  readonly signed: boolean;
  /** The cycles in which something reads it, once the schedule is known. */
  readonly needed: Set<number>;
  /** Where it lies in the top module, by cycle, once it is placed. */
  readonly fields: Map<number, WireField>;
}

/** One element of a tensor: a constant, whose bounds are equal, or a number. */
export interface Element {
  readonly range: Interval;
  readonly origin?: Origin;
  /** The bits that force it, where what reads it has the gate; the origin has its bits in front of that. */
  readonly gate?: Controls<Origin>;
}

export function originOf(node: number, width: number, signed: boolean): Origin {
  return { node, width, signed, needed: new Set(), fields: new Map() };
}

/** An element where its bounds leave it a choice, else the constant that it is. */
export function elementOf(range: Interval, origin: Origin | undefined, gate?: Controls<Origin>): Element {
  if (origin === undefined || origin.width === 0 || range.lo === range.hi) return { range };
  return gate === undefined ? { range, origin } : { range, origin, gate };
}

/** The bounds of an element of a value. */
export function rangeAt(value: FixedNode, element: number): Interval {
  return atElement(value.ranges, element, channelsOf(value));
}

/** The elements of a value that is constant by its bounds. */
export function constantElements(value: FixedNode): readonly Element[] {
  return Array.from({ length: sizeOf(value.shape) }, (_, element) => ({ range: rangeAt(value, element) }));
}
