import {
  type FixedType,
  type Interval,
  quantizeRatio,
  type Rounding,
  roundRatio,
  typeOfUnit,
  typeRange,
} from "../../ir/fixed-point.js";
import type { Quantizer } from "../../ir/model/model.js";
import { exactRatio } from "../../ir/ratio.js";
import { affine } from "./arithmetic.js";
import type { Builder } from "./builder.js";
import { mapConstant, quantizerOf } from "./constants.js";
import {
  broadcastConstant,
  broadcastShapes,
  type Constant,
  constant,
  type Live,
  type Shape,
  scalar,
  showShape,
  type Value,
} from "./values.js";

/** A uniform quantizer: q = the integers of `bounds` at x / scale + zero, rounded; it stands for (q − zero) · scale. */
export interface Uniform {
  readonly scale: Constant;
  readonly zero: Constant;
  /** The integers that the quantizer can give: for all elements, or as constants that broadcast. */
  readonly bounds: { readonly lo: Constant; readonly hi: Constant };
  readonly rounding: Rounding;
  /** QuantizeLinear rounds x / scale and then adds the zero point; QONNX adds it first. */
  readonly zeroFirst: boolean;
}

/** What one element needs. */
interface Grid {
  readonly scale: number;
  readonly zero: number;
  readonly bounds: Interval;
}

/** What rounding x + n is, with n taken off again, for every integer n. */
const SHIFTED: Readonly<Partial<Record<Rounding, Rounding>>> = {
  TRN: "TRN",
  RND: "RND",
  RND_MIN_INF: "RND_MIN_INF",
  CEIL: "CEIL",
};
/** The same where x + n below 0 becomes 0 in any case: what modes that look at the sign do with the rest. */
const SHIFTED_UNSIGNED: typeof SHIFTED = {
  ...SHIFTED,
  TRN_ZERO: "TRN",
  AWAY: "CEIL",
  RND_INF: "RND",
  RND_ZERO: "RND_MIN_INF",
};

/** Quantizes a value and gives what the integers stand for. */
export function quantizeValue(builder: Builder, value: Value, uniform: Uniform): Value {
  const { scale, zero, bounds, rounding } = uniform;
  const shape = [scale, zero, bounds.lo, bounds.hi].reduce<Shape>(
    (all, next) =>
      broadcastShapes(all, next.shape) ??
      builder.refuse("its scale, zero point and bit width have shapes that do not broadcast"),
    [],
  );
  builder.spend(shape);
  const whole = broadcastShapes(shape, value.shape);
  if (whole === undefined || whole.join() !== value.shape.join()) {
    builder.refuse(
      `its scale of shape ${showShape(shape)} does not broadcast to values of shape ${showShape(value.shape)}`,
    );
  }
  const [s, z, lo, hi] = [scale, zero, bounds.lo, bounds.hi].map(
    (part) => broadcastConstant(part, shape).data,
  ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
  const grids = s.map((unit, n): Grid => {
    if (!(unit > 0) || !Number.isFinite(unit)) builder.refuse(`its scale ${unit} is not a positive number`);
    const shift = z[n] as number;
    if (!Number.isFinite(shift)) builder.refuse(`its zero point is ${shift}`);
    if (Math.log2(unit) % 1 !== 0) builder.oddScales++;
    return { scale: unit, zero: shift, bounds: { lo: BigInt(lo[n] as number), hi: BigInt(hi[n] as number) } };
  });
  const numbered = constant(
    "int32",
    shape,
    grids.map((_, n) => n),
  );
  if (value.kind === "constant") {
    builder.spend(value.shape);
    return quantizeConstant(value, broadcastConstant(numbered, value.shape).data, grids, uniform);
  }
  const unshifted = uniform.zeroFirst ? roundingOf(grids, rounding) : rounding;
  const input = builder.meet(value, shape);
  if (unshifted !== undefined) {
    const { types, limits } = gridTypes(grids, true);
    return builder.pointwise(
      { op: "quantize", quantizer: granular(builder.factor(numbered, input), types, limits, unshifted) },
      input,
    );
  }
  // The zero point is added before rounding: both shifts are values of the file, exact in a double.
  const offset = constant(
    "double",
    shape,
    grids.map(({ zero, scale }) => zero * scale),
  );
  const moved = affine(builder, input, { offset }, "zero");
  const { types, limits } = gridTypes(grids, false);
  const quantized = builder.pointwise(
    { op: "quantize", quantizer: granular(builder.factor(numbered, moved), types, limits, rounding) },
    moved,
    "quantize",
  );
  return affine(builder, quantized, { offset: mapConstant(offset, (x) => -x) });
}

/** The rounding without the zero points that does what `rounding` does after they are added; undefined if there is none. */
function roundingOf(grids: readonly Grid[], rounding: Rounding): Rounding | undefined {
  if (grids.every(({ zero }) => zero === 0)) return rounding;
  const modes = new Set(
    grids.map(({ zero, bounds }) => {
      if (!Number.isInteger(zero)) return undefined;
      if (rounding === "RND_CONV") return zero % 2 === 0 ? "RND_CONV" : "RND_ODD";
      return (bounds.lo >= 0n ? SHIFTED_UNSIGNED : SHIFTED)[rounding];
    }),
  );
  return modes.size === 1 ? [...modes][0] : undefined;
}

/** Types of the integers, with the zero point taken off where `shifted`, and bounds where the type's are wider. */
function gridTypes(grids: readonly Grid[], shifted: boolean) {
  const types: FixedType[] = [];
  const limits: (Interval | undefined)[] = [];
  let [last, type, limit]: [Grid | undefined, FixedType | undefined, Interval | undefined] = [
    undefined,
    undefined,
    undefined,
  ];
  for (const grid of grids) {
    if (type === undefined || last === undefined || !sameGrid(last, grid)) {
      const by = shifted ? BigInt(grid.zero) : 0n;
      const range = { lo: grid.bounds.lo - by, hi: grid.bounds.hi - by };
      type = typeOfUnit(range, exactRatio(grid.scale));
      const own = typeRange(type);
      limit = own.lo === range.lo && own.hi === range.hi ? undefined : range;
      last = grid;
    }
    types.push(type);
    limits.push(limit);
  }
  return { types, limits };
}

function sameGrid(a: Grid, b: Grid): boolean {
  return (
    a.scale === b.scale && a.zero === b.zero && a.bounds.lo === b.bounds.lo && a.bounds.hi === b.bounds.hi
  );
}

/** The quantizer of a node, from the number of the grid of each element. */
function granular(
  numbers: Constant,
  types: readonly FixedType[],
  limits: readonly (Interval | undefined)[],
  rounding: Rounding,
): Quantizer {
  const at = <T>(items: readonly T[]) => numbers.data.map((n) => items[n] as T);
  return quantizerOf({ types: at(types), limits: at(limits), rounding }, numbers.shape);
}

/**
 * Quantizes a constant as the framework does, in float32. Where the stored value would become another integer in exact
 * arithmetic, it is replaced by the framework's.
 */
function quantizeConstant(
  value: Constant,
  numbers: readonly number[],
  grids: readonly Grid[],
  { rounding, zeroFirst }: Uniform,
): Constant {
  const round = value.dtype === "double" ? (x: number) => x : Math.fround;
  const { types, limits } = gridTypes(
    grids.map((grid) => (Number.isInteger(grid.zero) ? grid : { ...grid, zero: 0 })),
    true,
  );
  const data: number[] = [];
  const raw: number[] = [];
  for (const [n, x] of value.data.entries()) {
    const number = numbers[n] as number;
    const { scale, zero, bounds } = grids[number] as Grid;
    let q = round(x / scale);
    if (zeroFirst) q = round(q + zero);
    else q = roundNumber(q, rounding) + zero;
    q = Math.min(Math.max(q, Number(bounds.lo)), Number(bounds.hi));
    const k = roundNumber(q, rounding) - zero;
    const result = k * scale;
    data.push(result);
    const type = types[number] as FixedType;
    const limit = limits[number] ?? typeRange(type);
    raw.push(Number.isFinite(x) && exactInteger(x, type, rounding, limit) === k ? x : result);
  }
  const quantized = {
    raw,
    types: numbers.map((number) => types[number] as FixedType),
    limits: numbers.map((number) => limits[number]),
    rounding,
  };
  const base = constant(value.dtype, value.shape, data);
  // Values off every grid of integers have no type.
  return grids.every(({ zero }) => Number.isInteger(zero)) ? { ...base, quantized } : base;
}

function exactInteger(x: number, type: FixedType, rounding: Rounding, limits: Interval): number {
  const { n, d } = exactRatio(x);
  const wide = { ...type, width: type.width + 64, integer: type.integer + 64, signed: true };
  const k = quantizeRatio(n, d, wide, rounding, "SAT");
  return Number(k < limits.lo ? limits.lo : k > limits.hi ? limits.hi : k);
}

/** Rounds a double to an integer exactly. */
export function roundNumber(x: number, rounding: Rounding): number {
  if (Number.isInteger(x) || !Number.isFinite(x)) return x;
  if (rounding === "TRN") return Math.floor(x);
  if (rounding === "CEIL") return Math.ceil(x);
  const { n, d } = exactRatio(x);
  return Number(roundRatio(n, d, rounding));
}

/** A constant with a quantizer from integers: (q − zero) · scale, of the type of these integers. */
export function dequantizeConstant(
  builder: Builder,
  value: Constant,
  { scale, zero, bounds }: Pick<Uniform, "scale" | "zero" | "bounds">,
): Value {
  const result = broadcastConstant(scale, value.shape).data;
  const shift = broadcastConstant(zero, value.shape).data;
  const data = value.data.map((q, n) => (q - (shift[n] as number)) * (result[n] as number));
  const real: Constant = constant("double", value.shape, data);
  const quantized = quantizeValue(builder, real, {
    scale,
    zero,
    bounds,
    rounding: "RND_CONV",
    zeroFirst: false,
  });
  return { ...quantized, dtype: scale.dtype };
}

/** ±scale by the sign of x − level, with 0 above: what QONNX gives one signed bit. */
export function bipolar(
  builder: Builder,
  value: Value,
  scale: Constant,
  zero: Constant = scalar("float", 0),
): Value {
  const bad = scale.data.find((x) => !(x > 0) || !Number.isFinite(x));
  if (bad !== undefined) builder.refuse(`its scale ${bad} is not a positive number`);
  const shape =
    broadcastShapes(scale.shape, zero.shape) ?? builder.refuse("scale and zero point differ in shape");
  const [s, z] = [broadcastConstant(scale, shape).data, broadcastConstant(zero, shape).data];
  const from = (f: (s: number, z: number) => number) =>
    constant(
      value.dtype,
      shape,
      s.map((unit, n) => f(unit, z[n] as number)),
    );
  if (value.kind === "constant") {
    const all = broadcastConstant(
      from((unit) => unit),
      value.shape,
    ).data;
    const shift = broadcastConstant(
      from((_, shift) => shift),
      value.shape,
    ).data;
    const data = value.data.map((x, n) => {
      const [unit, zero] = [all[n] as number, shift[n] as number];
      const sign = x / unit + zero >= 0 ? 1 : -1;
      return (sign - zero) * unit;
    });
    const base = constant(value.dtype, value.shape, data);
    if (shift.some((zero) => zero !== 0)) return base;
    const types = all.map((unit) => typeOfUnit({ lo: -1n, hi: 1n }, exactRatio(unit)));
    const limits = all.map(() => ({ lo: -1n, hi: 1n }));
    return { ...base, quantized: { raw: data, types, limits, rounding: "RND_CONV" } };
  }
  const plain = z.every((zero) => zero === 0);
  const moved = plain ? value : affine(builder, value, { offset: from((unit, zero) => zero * unit) }, "zero");
  const bit = builder.pointwise({ op: "threshold", level: 0, strict: false }, moved as Live, "sign");
  const result = affine(builder, bit, {
    multiplier: from((unit) => 2 * unit),
    offset: from((unit, zero) => (-1 - zero) * unit),
  });
  return { ...result, dtype: value.dtype };
}
