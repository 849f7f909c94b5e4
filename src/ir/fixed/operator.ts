import type { FixedType, Interval } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Attributes } from "../text/document.js";
import type { Reader } from "../text/read.js";
import type { FixedNodeOf, FixedOp, FixedValue } from "./fixed.js";

/** The attributes of a node that only its operator knows. */
export type OwnAttributes<Op extends FixedOp> = Omit<
  FixedNodeOf<Op>,
  "op" | "name" | "inputs" | "shape" | "types" | "ranges"
>;

/** A number of inputs, or a range of numbers. */
export type Arity = number | readonly [least: number, most: number];

/** Everything that the Fixed language knows of one operator. */
export interface FixedOperator<Op extends FixedOp> {
  /** How many inputs it takes. */
  readonly arity: Arity;
  /** The shape of the result, after a check of the node's own constants. Throws a UserError that names the node when the inputs do not fit. */
  readonly shape: (node: FixedNodeOf<Op>, inputs: readonly FixedValue[]) => readonly number[];
  /** The tightest proven bounds of the result's integers, from the bounds of the inputs. */
  readonly ranges: (node: FixedNodeOf<Op>, inputs: readonly FixedValue[]) => Granular<Interval>;
  /** The types of the result when they follow from its ranges; the node's own where the node decides them. */
  readonly types: (
    node: FixedNodeOf<Op>,
    inputs: readonly FixedValue[],
    ranges: Granular<Interval>,
  ) => Granular<FixedType>;
  /** The reference semantics: row-major integers in, row-major integers out. */
  readonly evaluate: (
    node: FixedNodeOf<Op>,
    inputs: readonly FixedValue[],
    values: readonly (readonly bigint[])[],
  ) => readonly bigint[];
  readonly write: (node: FixedNodeOf<Op>) => Attributes;
  readonly read: (reader: Reader) => OwnAttributes<Op>;
}

/** A range of a function that is computed once for each interval of its argument, however many elements have it. */
export function remembered<Of extends object>(
  rangeOf: (of: Of, range: Interval) => Interval,
): (of: Of, range: Interval) => Interval {
  const known = new Map<Of, Map<string, Interval>>();
  return (of, range) => {
    const ofIt = known.get(of) ?? new Map<string, Interval>();
    known.set(of, ofIt);
    const key = `${range.lo}..${range.hi}`;
    const result = ofIt.get(key) ?? rangeOf(of, range);
    ofIt.set(key, result);
    return result;
  };
}
