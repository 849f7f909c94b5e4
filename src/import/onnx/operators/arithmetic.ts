import { affine, binaryLive, foldBinary, foldUnary, threshold } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { mapConstant } from "../constants.js";
import { isFloat } from "../dtype.js";
import { type Constant, type Live, scalar, type Value } from "../values.js";
import { alignLegacy } from "./legacy-broadcast.js";

/** Two operands, constant or live, with the broadcast of the node's operator set. */
function operands(call: Call): readonly [Value, Value] {
  const [a, b] = [call.value(0), alignLegacy(call, call.value(0), call.value(1))];
  for (const value of [a, b]) if (value.kind === "live") call.plain(value);
  return [a, b];
}

const negate = (value: Constant) => mapConstant(value, (x) => -x);

export const add: Handler = (call) => [sum(call, ...operands(call))];

function sum(call: Call, a: Value, b: Value): Value {
  const { builder } = call;
  if (a.kind === "live" && b.kind === "live") return binaryLive(builder, "add", a, b);
  if (a.kind === "live") return affine(builder, a, { offset: b as Constant });
  if (b.kind === "live") return affine(builder, b, { offset: a });
  return foldBinary(builder, a, b, (x, y) => x + y);
}

export const subtract: Handler = (call) => {
  const { builder } = call;
  const [a, b] = operands(call);
  if (a.kind === "live" && b.kind === "live") return [binaryLive(builder, "subtract", a, b)];
  if (a.kind === "live") return [affine(builder, a, { offset: negate(b as Constant) })];
  if (b.kind === "live") return [affine(builder, b, { multiplier: -1, offset: a })];
  return [foldBinary(builder, a, b, (x, y) => x - y)];
};

export const multiply: Handler = (call) => [product(call, ...operands(call))];

function product(call: Call, a: Value, b: Value): Value {
  const { builder } = call;
  if (a.kind === "live" && b.kind === "live") return binaryLive(builder, "multiply", a, b);
  if (a.kind === "live") return affine(builder, a, { multiplier: b as Constant });
  if (b.kind === "live") return affine(builder, b, { multiplier: a });
  return foldBinary(builder, a, b, (x, y) => x * y);
}

export const divide: Handler = (call) => {
  const { builder } = call;
  const [a, b] = operands(call);
  if (a.kind === "constant" && b.kind === "constant") {
    const whole = !isFloat(a.dtype);
    if (whole && b.data.includes(0)) call.refuse("it divides by 0");
    return [foldBinary(builder, a, b, (x, y) => (whole ? Math.trunc(x / y) : x / y))];
  }
  for (const value of [a, b]) call.requireFloat(value);
  if (b.kind === "constant") {
    if (b.data.includes(0)) call.refuse("it divides by 0");
    return [affine(builder, a as Live, { multiplier: mapConstant(b, (x) => 1 / x) })];
  }
  const inverse = builder.pointwise({ op: "function", kind: "reciprocal", parameters: {} }, b, "reciprocal");
  return [product(call, a, inverse)];
};

/** Min and Max of any number of values. */
export const extremum =
  (op: "minimum" | "maximum"): Handler =>
  (call) => {
    const values = call.inputs.map((_, n) => call.value(n));
    const pick = op === "minimum" ? Math.min : Math.max;
    const constants = values.filter((value) => value.kind === "constant");
    const live = values.filter((value) => value.kind === "live").map((value) => call.plain(value));
    const bound = constants.reduce<Constant | undefined>(
      (all, next) => (all === undefined ? next : foldBinary(call.builder, all, next, pick)),
      undefined,
    );
    const [first, ...others] = live;
    if (first === undefined) return [bound ?? call.refuse("it has no inputs")];
    const all = others.reduce((x, y, n) => binaryLive(call.builder, op, x, y, suffix(n, others)), first);
    return [bound === undefined ? all : boundBy(call, op, all, bound)];
  };

const suffix = (n: number, all: readonly unknown[]) => (n === all.length - 1 ? "" : String(n + 1));

function boundBy(call: Call, op: "minimum" | "maximum", value: Live, bound: Constant): Value {
  const { builder } = call;
  const numbers = new Set(bound.data);
  const [only] = bound.data;
  if (numbers.size === 1 && only !== undefined) {
    const x = builder.meet(value, bound.shape);
    if (Math.abs(only) === Number.POSITIVE_INFINITY) {
      if (only > 0 === (op === "minimum")) return x;
      call.refuse(`its bound is ${only}`);
    }
    if (op === "maximum" && only === 0) return builder.pointwise({ op: "relu" }, x);
    const limits = op === "minimum" ? { low: undefined, high: only } : { low: only, high: undefined };
    return builder.pointwise({ op: "clamp", ...limits }, x);
  }
  return binaryLive(builder, op, value, builder.materialize(bound));
}

/** Sum of any number of values. */
export const sumAll: Handler = (call) => [
  call.inputs.map((_, n) => call.value(n)).reduce((a, b) => sum(call, plainOf(call, a), plainOf(call, b))),
];

const plainOf = (call: Call, value: Value) => (value.kind === "live" ? call.plain(value) : value);

/** Mean of any number of values. */
export const meanAll: Handler = (call) => {
  const [total] = sumAll(call) as [Value];
  return [product(call, total, scalar(total.dtype, 1 / call.inputs.length))];
};

/** −x, |x|, √x, 1/x, e^x, ln x and the like. */
export const unary =
  (fold: (x: number) => number, live: (call: Call, value: Live) => Value): Handler =>
  (call) => {
    const value = call.value(0);
    if (value.kind === "constant") return [foldUnary(call.builder, value, fold)];
    return [live(call, call.plain(value))];
  };

export const negative = unary(
  (x) => -x,
  (call, value) => affine(call.builder, value, { multiplier: -1 }),
);

export const absolute = unary(Math.abs, (call, value) => call.builder.pointwise({ op: "absolute" }, value));

/** −1, 0 or 1. */
export const sign = unary(Math.sign, (call, value) => {
  const at = (strict: boolean, suffix: string) =>
    threshold(call.builder, value, scalar("float", 0), strict, suffix, value.dtype);
  const both = binaryLive(call.builder, "add", at(true, "above"), at(false, "reaches"), "sum");
  return affine(call.builder, both, { offset: -1 });
});

/** Powers with constant exponents that need no table of their own. */
export const power: Handler = (call) => {
  const [base, exponent] = operands(call);
  if (base.kind === "constant" && exponent.kind === "constant") {
    return [foldBinary(call.builder, base, exponent, (x, y) => x ** y)];
  }
  const exponents = exponent.kind === "constant" ? new Set(exponent.data) : new Set<number>();
  const [n] = exponents;
  if (base.kind !== "live" || n === undefined || exponents.size > 1) {
    return call.refuse("only powers with one constant exponent are supported");
  }
  const { builder } = call;
  const table = (kind: "sqrt" | "reciprocal") =>
    builder.pointwise({ op: "function", kind, parameters: {} }, base);
  if (n === 0.5) return [table("sqrt")];
  if (n === -1) return [table("reciprocal")];
  if (!Number.isInteger(n) || n < 1 || n > 8) {
    return call.refuse(`the exponent ${n} is not supported`, "Supported: 0.5, -1 and 1 to 8.");
  }
  let result: Live = base;
  for (let k = 2; k <= n; k++) {
    result = binaryLive(builder, "multiply", result, base, k === n ? "" : String(k));
  }
  return [result];
};

export const modulo: Handler = (call) => {
  const [a, b] = operands(call);
  if (a.kind !== "constant" || b.kind !== "constant") call.refuse("it is supported on constants only");
  const fmod = call.attributes.flag("fmod", false);
  const mod = (x: number, y: number) => (fmod ? x % y : x - Math.floor(x / y) * y);
  return [foldBinary(call.builder, a as Constant, b as Constant, mod)];
};
