/** ±2^shift times a node of a network. */
export interface Term {
  readonly node: number;
  readonly shift: number;
  readonly negative: boolean;
}

/** What the optimizer knows of a node: an unsigned number up to `max` on `width` bits, `depth` adders of two after the inputs. */
export interface NodeFacts {
  readonly max: number;
  readonly width: number;
  readonly depth: number;
}

/**
 * A constant matrix as sums over nodes: the inputs, then the `shared` sums, each over nodes before it. All of them are
 * unsigned: an input counts in offset binary, a subtracted node by its inverted bits, and what that adds to a row goes
 * into the row's constant. So no operand has a sign to extend, and an adder works only where operands overlap.
 */
export interface Network {
  readonly inputs: readonly NodeFacts[];
  readonly shared: readonly (readonly Term[])[];
  readonly rows: readonly Row[];
  /** The most levels of each shared sum; where it is missing, each is as deep as it is cheapest. */
  readonly depths?: readonly number[];
}

/** More levels than any sum has. */
export const UNBOUNDED = 24;

export interface Row {
  readonly terms: readonly Term[];
  /** Whether a constant comes to the terms. */
  readonly constant: boolean;
  /** The most adders of two, one behind the other, between the inputs and its sum, or as long in others. */
  readonly depth: number;
}

/** An operand of an adder by its bits: they lie in low … top − 1, its value is at most `max` (its shift counted in). */
export interface Operand extends Term {
  readonly low: number;
  readonly top: number;
  readonly max: number;
  readonly depth: number;
}

/** A term as an operand. A subtracted node's bits are inverted, so that all of them may be 1. */
export function operandOf({ node, shift, negative }: Term, { max, width, depth }: NodeFacts): Operand {
  const most = negative ? 2 ** width - 1 : max;
  return { node, shift, negative, low: shift, top: shift + width, max: most * 2 ** shift, depth };
}

/** The bits of an unsigned number. */
export function bitsOf(max: number): number {
  return max < 1 ? 0 : Math.floor(Math.log2(max)) + 1;
}
