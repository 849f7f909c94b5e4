import type { Interval } from "../ir/fixed-point.js";
import { hull } from "../ir/interval.js";
import { LUT_INPUTS } from "./delay.js";
import type { Search } from "./effort.js";
import { lowerLinear } from "./linear/index.js";
import { lowerTableOf } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/** Products of so few bits take LUTs, as in Yosys, which leaves those of up to 8 bits to them (`synth_xilinx`). */
const SMALL = 8;

/** Of so few bits of the narrower operand a product cell takes no more LUTs than rows. */
const FEW = 3;

/**
 * The product of two live values; with a constant it becomes an adder graph. It takes LUTs, or DSPs where the builder has
 * them: those of a few bits take LUTs even then.
 */
export function lowerProduct(builder: ModuleBuilder, a: Signal, b: Signal): Signal {
  const [wide, narrow] = builder.wireOf(a).width >= builder.wireOf(b).width ? [a, b] : [b, a];
  for (const [signal, other] of [
    [wide, narrow],
    [narrow, wide],
  ] as const) {
    if (other.range.lo !== other.range.hi) continue;
    return lowerLinear(builder, [signal], [{ weights: [other.range.lo], bias: 0n }])[0] as Signal;
  }
  const small = builder.wireOf(wide).width + builder.wireOf(narrow).width <= LUT_INPUTS;
  const product = small ? lowerTable(builder, wide, narrow) : lowerWide(builder, wide, narrow);
  if (a.wire !== b.wire) return product;
  const { lo, hi } = a.range;
  const square = hull({ lo: lo * lo, hi: lo * lo }, { lo: hi * hi, hi: hi * hi });
  return builder.narrow(product, lo <= 0n && hi >= 0n ? { lo: 0n, hi: square.hi } : square);
}

function lowerWide(builder: ModuleBuilder, wide: Signal, narrow: Signal): Signal {
  const { dsp } = builder.search;
  const [width, few] = [builder.wireOf(wide).width, builder.wireOf(narrow).width <= FEW];
  if (dsp !== undefined && !few && width + builder.wireOf(narrow).width > SMALL)
    return lowerDsp(builder, wide, narrow, dsp);
  // Where there are DSPs, a tool that takes products into them by their width would take a product cell.
  return few && dsp === undefined ? builder.mul(wide, narrow) : lowerRows(builder, wide, narrow);
}

/**
 * wide · narrow in a DSP, or in several where it does not fit one: the operand with bits to spare is cut into its low bits,
 * unsigned, and what lies above them.
 */
function lowerDsp(
  builder: ModuleBuilder,
  wide: Signal,
  narrow: Signal,
  dsp: NonNullable<Search["dsp"]>,
): Signal {
  const bits = (signal: Signal) => {
    const { width, signed } = builder.wireOf(signal);
    return signed ? width : width + 1;
  };
  const [more, fewer] = bits(wide) >= bits(narrow) ? [wide, narrow] : [narrow, wide];
  if (bits(more) <= dsp.a && bits(fewer) <= dsp.b)
    return builder.narrow(builder.mul(more, fewer, true), boundsOf(wide, narrow));
  const [cut, whole, low] = bits(fewer) <= dsp.b ? [more, fewer, dsp.a - 1] : [fewer, more, dsp.b - 1];
  const parts = [
    builder.slice(cut, 0, { lo: 0n, hi: (1n << BigInt(low)) - 1n }),
    builder.shift(cut, -low),
  ].map((part) => lowerProduct(builder, part, whole));
  const [product] = lowerLinear(builder, parts, [{ weights: [1n, 1n << BigInt(low)], bias: 0n }]) as [Signal];
  return builder.narrow(product, boundsOf(wide, narrow));
}

/**
 * wide · narrow, by rows: two bits of the narrow one choose 0, wide, 2 · wide or 3 · wide, a LUT for each bit. Two rows meet
 * in a plain adder, whose LUTs (two bits, three wires, the other row) hold one of them; a signed operand's highest bit
 * subtracts a row of its own.
 */
function lowerRows(builder: ModuleBuilder, wide: Signal, narrow: Signal): Signal {
  const { width, signed } = builder.wireOf(narrow);
  const zero = builder.constant(0n);
  const double = builder.shift(wide, 1);
  const triple = builder.add(wide, double);
  const single = (bit: number) => builder.mux(builder.slice(narrow, bit, { lo: 0n, hi: 1n }), wide, zero);
  const positive = signed ? width - 1 : width;
  const rows: Signal[] = [];
  for (let low = 0; low < positive; low += 2) {
    if (low + 1 === positive) rows.push(single(low));
    else
      rows.push(builder.choose(builder.slice(narrow, low, { lo: 0n, hi: 3n }), [zero, wide, double, triple]));
  }
  const sums: Signal[] = [];
  for (let i = 0; i < rows.length; i += 2) {
    const [first, second] = rows.slice(i, i + 2) as [Signal, Signal?];
    sums.push(second === undefined ? first : builder.add(first, builder.shift(second, 2)));
  }
  const weights = sums.map((_, i) => 1n << BigInt(4 * i));
  if (signed) {
    sums.push(single(width - 1));
    weights.push(-(1n << BigInt(width - 1)));
  }
  const [product] = lowerLinear(builder, sums, [{ weights, bias: 0n }]) as [Signal];
  return builder.narrow(product, boundsOf(wide, narrow));
}

/** The product of two operands that six bits hold together, as a table. */
function lowerTable(builder: ModuleBuilder, a: Signal, b: Signal): Signal {
  const product = lowerTableOf(builder, [a, b], ([x, y]) => (x as bigint) * (y as bigint));
  return builder.narrow(product, boundsOf(a, b));
}

function boundsOf(a: Signal, b: Signal): Interval {
  const ends = [a.range.lo, a.range.hi].flatMap((x) => [x * b.range.lo, x * b.range.hi]);
  return ends.map((k) => ({ lo: k, hi: k })).reduce(hull);
}
