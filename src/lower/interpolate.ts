import type { FixedInterpolate } from "../ir/fixed/fixed.js";
import { floorDivide } from "../ir/fixed-point.js";
import { lowerTable } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";
import { lowerProduct } from "./multiply.js";

type Interpolation = Pick<FixedInterpolate, "low" | "step" | "drop" | "entries">;

/** What is added before the last bits are dropped. */
function halfOf({ step, drop }: Interpolation): bigint {
  return step + drop > 0 ? 1n << BigInt(step + drop - 1) : 0n;
}

/** The integer semantics of an interpolation. */
export function evaluateInterpolation(node: Interpolation, k: bigint): bigint {
  const index = (k - node.low) >> BigInt(node.step);
  const rest = k - node.low - (index << BigInt(node.step));
  const { base, slope } = pieceAt(node, index);
  const sum = (base << BigInt(node.step)) + slope * rest + halfOf(node);
  const shift = node.step + node.drop;
  return shift >= 0 ? sum >> BigInt(shift) : sum << BigInt(-shift);
}

/** The start and the slope of a piece; the last entry has no piece behind it. */
function pieceAt(
  { entries }: Interpolation,
  index: bigint,
): { readonly base: bigint; readonly slope: bigint } {
  const base = entries[Number(index)] as bigint;
  return { base, slope: (entries[Number(index) + 1] ?? base) - base };
}

/** Straight lines between table entries: two tables over the upper bits, a product with the lower ones, a shift. */
export function lowerInterpolation(builder: ModuleBuilder, signal: Signal, node: Interpolation): Signal {
  const { low, step, drop } = node;
  const size = 1n << BigInt(step);
  // With a start that is a multiple of the pieces' length, upper and lower bits are those of the input itself.
  const skew = low - floorDivide(low, size) * size;
  const aligned = skew === 0n ? signal : builder.subtract(signal, builder.constant(skew));
  const index = builder.shift(aligned, -step);
  const rest = step === 0 ? builder.constant(0n) : builder.wrap(aligned, { lo: 0n, hi: size - 1n });
  const first = (low - skew) >> BigInt(step);
  const piece = (i: bigint) => pieceAt(node, i - first);
  const half = halfOf(node);
  const base = lowerTable(builder, index, (i) => (piece(i).base << BigInt(step)) + half);
  const slope = lowerTable(builder, index, (i) => piece(i).slope);
  return builder.shift(builder.add(base, lowerProduct(builder, slope, rest)), -(step + drop));
}
