import { hull } from "../ir/interval.js";
import { lowerLinear } from "./linear/index.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/** Bits of the narrower operand that one product cell takes: two adders deep, so that registers fit between. */
const PIECE = 4;

/** The product of two live values; with a constant it becomes an adder graph. */
export function lowerProduct(builder: ModuleBuilder, a: Signal, b: Signal): Signal {
  const [wide, narrow] = builder.wireOf(a).width >= builder.wireOf(b).width ? [a, b] : [b, a];
  for (const [signal, other] of [
    [wide, narrow],
    [narrow, wide],
  ] as const) {
    if (other.range.lo !== other.range.hi) continue;
    return lowerLinear(builder, [signal], [{ weights: [other.range.lo], bias: 0n }])[0] as Signal;
  }
  const product = lowerPieces(builder, wide, narrow);
  if (a.wire !== b.wire) return product;
  const { lo, hi } = a.range;
  const square = hull({ lo: lo * lo, hi: lo * lo }, { lo: hi * hi, hi: hi * hi });
  return builder.narrow(product, lo <= 0n && hi >= 0n ? { lo: 0n, hi: square.hi } : square);
}

/** wide · narrow, piece by piece of the narrow one: its lowest bits count from 0, the highest have its sign. */
function lowerPieces(builder: ModuleBuilder, wide: Signal, narrow: Signal): Signal {
  const width = builder.wireOf(narrow).width;
  if (width <= PIECE + 1) return builder.mul(wide, narrow);
  const pieces: Signal[] = [];
  for (let low = 0; low < width; low += PIECE) {
    const last = low + PIECE + 1 >= width;
    const piece = last
      ? builder.shift(narrow, -low)
      : builder.slice(narrow, low, { lo: 0n, hi: (1n << BigInt(PIECE)) - 1n });
    pieces.push(builder.mul(wide, piece));
    if (last) break;
  }
  const weights = pieces.map((_, i) => 1n << BigInt(PIECE * i));
  const [product] = lowerLinear(builder, pieces, [{ weights, bias: 0n }]) as [Signal];
  const ends = [wide.range.lo, wide.range.hi].flatMap((x) => [x * narrow.range.lo, x * narrow.range.hi]);
  return builder.narrow(product, ends.map((k) => ({ lo: k, hi: k })).reduce(hull));
}
