import { affine, binaryLive, broadcastLive, foldBinary, foldUnary, threshold } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { mapConstant } from "../constants.js";
import {
  broadcastConstant,
  broadcastShapes,
  type Constant,
  type Live,
  nodeShape,
  scalar,
  type Value,
} from "../values.js";
import { alignLegacy } from "./legacy-broadcast.js";

type Relation = "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual";

const HOLDS: Readonly<Record<Relation, (x: number, y: number) => boolean>> = {
  Greater: (x, y) => x > y,
  GreaterOrEqual: (x, y) => x >= y,
  Less: (x, y) => x < y,
  LessOrEqual: (x, y) => x <= y,
};
const MIRRORED: Readonly<Record<Relation, Relation>> = {
  Greater: "Less",
  GreaterOrEqual: "LessOrEqual",
  Less: "Greater",
  LessOrEqual: "GreaterOrEqual",
};

const not = (call: Call, value: Live, suffix = ""): Live =>
  affine(call.builder, value, { multiplier: -1, offset: 1 }, suffix);

function operands(call: Call): readonly [Value, Value] {
  const [a, b] = [call.value(0), alignLegacy(call, call.value(0), call.value(1))];
  for (const value of [a, b]) if (value.kind === "live") call.plain(value);
  return [a, b];
}

export const compare =
  (relation: Relation): Handler =>
  (call) => {
    const [a, b] = operands(call);
    if (a.kind === "constant" && b.kind === "constant") {
      return [foldBinary(call.builder, a, b, (x, y) => Number(HOLDS[relation](x, y)), "bool")];
    }
    if (a.kind === "constant") return [against(call, b as Live, a, MIRRORED[relation])];
    if (b.kind === "constant") return [against(call, a, b, relation)];
    const difference = binaryLive(call.builder, "subtract", a, b, "difference");
    return [against(call, difference, scalar(a.dtype, 0), relation)];
  };

function against(call: Call, value: Live, level: Constant, relation: Relation): Value {
  const reaches = relation === "GreaterOrEqual" || relation === "Less";
  const negated = relation === "Less" || relation === "LessOrEqual";
  const result = threshold(call.builder, value, level, !reaches, negated ? "not" : "");
  return negated ? not(call, result) : result;
}

/** 1 where two values are equal: they reach each other and are not above. */
export const equal: Handler = (call) => {
  const [a, b] = operands(call);
  if (a.kind === "constant" && b.kind === "constant") {
    return [foldBinary(call.builder, a, b, (x, y) => Number(x === y), "bool")];
  }
  const level = a.kind === "constant" ? a : b.kind === "constant" ? b : scalar(a.dtype, 0);
  const value =
    a.kind === "live" && b.kind === "live"
      ? binaryLive(call.builder, "subtract", a, b, "difference")
      : ((a.kind === "live" ? a : b) as Live);
  const reaches = threshold(call.builder, value, level, false, "reaches");
  const above = threshold(call.builder, value, level, true, "above");
  return [binaryLive(call.builder, "subtract", reaches, above)];
};

export const negation: Handler = (call) => {
  const value = call.value(0);
  if (value.kind === "constant") return [foldUnary(call.builder, value, (x) => 1 - x)];
  return [not(call, value)];
};

/** And, Or and Xor of values that are 0 or 1. */
export const logical =
  (type: "And" | "Or" | "Xor"): Handler =>
  (call) => {
    const [a, b] = operands(call);
    const fold = { And: Math.min, Or: Math.max, Xor: (x: number, y: number) => Number(x !== y) }[type];
    if (a.kind === "constant" && b.kind === "constant") return [foldBinary(call.builder, a, b, fold, "bool")];
    const [x, y] = [call.builder.live(a), call.builder.live(b)];
    if (type === "Xor") {
      const difference = binaryLive(call.builder, "subtract", x, y, "difference");
      return [call.builder.pointwise({ op: "absolute" }, difference)];
    }
    return [binaryLive(call.builder, type === "And" ? "minimum" : "maximum", x, y)];
  };

/** Where: condition · yes + (1 − condition) · no. */
export const where: Handler = (call) => {
  const { builder } = call;
  const [condition, yes, no] = [call.value(0), call.value(1), call.value(2)];
  if (condition.kind === "constant" && yes.kind === "constant" && no.kind === "constant") {
    const shape = [condition, yes, no].reduce<readonly number[]>(
      (all, { shape }) => broadcastShapes(all, shape) ?? builder.refuse("its shapes do not broadcast"),
      [],
    );
    builder.spend(shape);
    const [c, y, n] = [condition, yes, no].map((value) => broadcastConstant(value, shape).data);
    const data = (c as readonly number[]).map(
      (bit, i) => ((bit !== 0 ? y : n) as readonly number[])[i] as number,
    );
    return [{ kind: "constant", dtype: yes.dtype, shape, data }];
  }
  for (const value of [yes, no]) if (value.kind === "live") call.plain(value);
  if (condition.kind === "constant") {
    const mask = { ...condition, dtype: yes.dtype };
    const rest = mapConstant(mask, (x) => 1 - x);
    const part = (value: Value, factor: Constant, suffix: string) =>
      value.kind === "live"
        ? affine(builder, value, { multiplier: factor }, suffix)
        : foldBinary(builder, value, factor, (x, y) => (y === 0 ? 0 : x * y));
    const [a, b] = [part(yes, mask, "yes"), part(no, rest, "no")];
    if (a.kind === "live" && b.kind === "live") return [binaryLive(builder, "add", a, b)];
    const [live, offset] = a.kind === "live" ? [a, b] : [b, a];
    return [affine(builder, live as Live, { offset: offset as Constant })];
  }
  const [c, y, n] = broadcastLive(builder, [condition, builder.live(yes), builder.live(no)]) as [
    Live,
    Live,
    Live,
  ];
  const name = builder.add({ op: "select" }, [c.name, y.name, n.name], nodeShape(y));
  return [{ ...y, name }];
};
