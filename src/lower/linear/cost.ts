import { bitsOf, type Operand } from "./network.js";

/**
 * What a bit costs at which the carry chain only hands a carry on: a LUT site that no logic uses, against 1 for a LUT.
 * Synthesis does not count it; placement may.
 */
const CARRY = 0.1;

/** An operand as far as its cost goes. */
type Bits = Pick<Operand, "low" | "top" | "max" | "depth">;

/** An adder's LUTs and the bits of its sum. */
export interface AdderCost {
  readonly lut: number;
  readonly low: number;
  readonly top: number;
  readonly max: number;
  readonly depth: number;
}

/** The cost of adding two operands: a LUT for each bit that both have. Those that do not overlap lie side by side. */
export function costOfTwo(a: Bits, b: Bits): AdderCost {
  const low = Math.min(a.low, b.low);
  const max = a.max + b.max;
  const start = Math.max(a.low, b.low);
  const overlap = Math.min(a.top, b.top) - start;
  const depth = Math.max(a.depth, b.depth);
  if (overlap <= 0) return { lut: 0, low, top: Math.max(a.top, b.top), max, depth };
  const top = bitsOf(max);
  return { lut: overlap + CARRY * (top - start - overlap), low, top, max, depth: depth + 1 };
}

/**
 * The cost of adding three operands in one carry chain: a LUT (of two outputs) for each bit that at least two of them
 * have, and one for what the last bit of three saves for the bit above it.
 */
export function costOfThree(a: Bits, b: Bits, c: Bits): AdderCost {
  const low = Math.min(a.low, b.low, c.low);
  const highest = Math.max(a.low, b.low, c.low);
  const start = a.low + b.low + c.low - low - highest;
  const end = Math.max(a.top, b.top, c.top);
  const shortest = Math.min(a.top, b.top, c.top);
  const middle = a.top + b.top + c.top - end - shortest;
  const max = a.max + b.max + c.max;
  const top = bitsOf(max);
  const all = Math.max(0, shortest - highest);
  const pairs = overlapOf(a, b) + overlapOf(a, c) + overlapOf(b, c) - 2 * all;
  const luts = pairs + (all > 0 && end > middle ? 1 : 0);
  const depth = Math.max(a.depth, b.depth, c.depth) + DEPTH_OF_THREE;
  return { lut: luts + CARRY * Math.max(0, top - start - luts), low, top, max, depth };
}

/** The cost of adding a constant as wide as the sum: by itself it takes the carry chain only. */
export function costOfConstant({ low, top }: Bits): number {
  return CARRY * (top - low + 1);
}

/** The delay of an adder of three, in delays of an adder of two (delay.ts, for eight bits). */
export const DEPTH_OF_THREE = 1.55;

/** What a constant costs more as third operand of an adder of two. */
export const THIRD_CONSTANT = 1;

function overlapOf(a: Bits, b: Bits): number {
  return Math.max(0, Math.min(a.top, b.top) - Math.max(a.low, b.low));
}
