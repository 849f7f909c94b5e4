import type { Rounding } from "../../../ir/fixed-point.js";
import { affine } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { bipolar, quantizeValue } from "../quantization.js";
import { broadcastConstant, broadcastShapes, type Constant, constant, mapBounds, scalar } from "../values.js";

/** The rounding modes of QONNX by name, in any case (qonnx docs/qonnx-custom-ops/quant_op.md). */
const ROUNDING: ReadonlyMap<string, Rounding> = new Map([
  ["ROUND", "RND_CONV"],
  ["HALF_EVEN", "RND_CONV"],
  ["CEIL", "CEIL"],
  ["FLOOR", "TRN"],
  ["UP", "AWAY"],
  ["DOWN", "TRN_ZERO"],
  ["ROUND_TO_ZERO", "TRN_ZERO"],
  ["HALF_UP", "RND_INF"],
  ["HALF_DOWN", "RND_ZERO"],
]);

function roundingOf(call: Call, fallback: string): Rounding {
  const name = call.attributes.text("rounding_mode", fallback);
  return (
    ROUNDING.get(name.toUpperCase()) ??
    call.refuse(
      `its rounding_mode '${name.slice(0, 40)}' is not known`,
      `Supported: ${[...ROUNDING.keys()].join(", ")}.`,
    )
  );
}

/** The integers of a bit width: `narrow` leaves out the lowest signed and the highest unsigned one. */
function boundsOf(call: Call, bits: Constant, signed: boolean, narrow: boolean) {
  const bad = bits.data.find((b) => !Number.isInteger(b) || b < 1 || b > 48);
  if (bad !== undefined) call.refuse(`a bit width of ${bad} is not supported`, "Supported: 1 to 48.");
  const lo = (b: number) => (signed ? -(2 ** (b - 1)) + (narrow ? 1 : 0) : 0);
  const hi = (b: number) => (signed ? 2 ** (b - 1) - 1 : 2 ** b - 1 - (narrow ? 1 : 0));
  return mapBounds(bits, lo, hi);
}

/** Quant: x / scale + zero point, clipped to the integers of the bit width, rounded, and back. */
export const quant: Handler = (call) => {
  const { attributes, builder } = call;
  const value = call.value(0);
  if (value.kind === "live") call.plain(value);
  const scale = call.constant(1, "scale");
  const zero = call.constant(2, "zero point");
  const bits = call.constant(3, "bit width");
  const signed = attributes.flag("signed", true);
  const narrow = attributes.flag("narrow", true);
  if (signed && bits.data.some((b) => b === 1)) {
    if (bits.data.some((b) => b !== 1))
      call.refuse("one signed bit beside other bit widths is not supported");
    return [bipolar(builder, value, scale, zero)];
  }
  const bounds = boundsOf(call, bits, signed, narrow);
  const rounding = roundingOf(call, "ROUND");
  return [quantizeValue(builder, value, { scale, zero, bounds, rounding, zeroFirst: true })];
};

/** BipolarQuant: the sign, with 0 as +1, times the scale. */
export const bipolarQuant: Handler = (call) => {
  const value = call.value(0);
  if (value.kind === "live") call.plain(value);
  return [bipolar(call.builder, value, call.constant(1, "scale"))];
};

/**
 * Trunc: an integer of `in` bits loses its lowest bits. Version 1 keeps the scale and gives the quotient times it; version
 * 2 has a scale for the result, the ratio of the scales is what is cut off.
 */
export const trunc: Handler = (call) => {
  const { attributes, builder, inputs } = call;
  const value = call.value(0);
  if (value.kind === "live") call.plain(value);
  const scale = call.constant(1, "scale");
  const zero = call.constant(2, "zero point");
  const inBits = call.constant(3, "input bit width");
  const second = inputs.length > 5;
  const outBits = call.constant(second ? 5 : 4, "output bit width");
  const rounding = roundingOf(call, "FLOOR");
  const shape = [scale, zero, inBits, outBits, ...(second ? [call.constant(4, "output scale")] : [])].reduce<
    readonly number[]
  >((all, part) => broadcastShapes(all, part.shape) ?? call.refuse("its parameters do not broadcast"), []);
  builder.spend(shape);
  const at = (part: Constant) => broadcastConstant(part, shape).data;
  const [s, z, i, o] = [scale, zero, inBits, outBits].map(at) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const outScale = second ? at(call.constant(4, "output scale")) : undefined;
  const shift = s.map((unit, n) =>
    outScale === undefined
      ? (i[n] as number) - (o[n] as number)
      : roundEven(Math.log2((outScale[n] as number) / unit)),
  );
  const bad = shift.find((bits) => !Number.isInteger(bits) || Math.abs(bits) > 64);
  if (bad !== undefined) call.refuse(`it cuts off ${bad} bits`);
  const wide = mapBounds(
    scalar("float", 52),
    () => -(2 ** 52),
    () => 2 ** 52 - 1,
  );
  // First the integer itself, which the value should already be.
  const integers = quantizeValue(builder, value, {
    scale,
    zero,
    bounds: wide,
    rounding: "RND_CONV",
    zeroFirst: true,
  });
  const from = (f: (n: number) => number) =>
    constant(
      "double",
      shape,
      s.map((_, n) => f(n)),
    );
  const cut = from((n) => (s[n] as number) * 2 ** (shift[n] as number));
  const bounds = second
    ? boundsOf(call, outBits, attributes.flag("signed", true), attributes.flag("narrow", false))
    : wide;
  const shrunk = from((n) => (z[n] as number) / 2 ** (shift[n] as number));
  const quotient = quantizeValue(builder, integers, {
    scale: cut,
    zero: shrunk,
    bounds,
    rounding,
    zeroFirst: true,
  });
  // Now (q − zero / 2^shift) · scale · 2^shift; the file wants q less its own zero point, times its own scale.
  const result = from((n) => (outScale?.[n] ?? (s[n] as number)) / (cut.data[n] as number));
  const offset = from((n) =>
    outScale === undefined
      ? ((z[n] as number) / 2 ** (shift[n] as number) - (z[n] as number)) * (s[n] as number)
      : 0,
  );
  if (result.data.every((x) => x === 1) && offset.data.every((x) => x === 0)) return [quotient];
  return [affine(builder, builder.live(quotient), { multiplier: result, offset }, "scale")];
};

function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}
