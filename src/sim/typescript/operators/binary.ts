import type { FixedOp } from "../../../ir/fixed/fixed.js";
import type { Interval } from "../../../ir/fixed-point.js";
import { hull, hullOf } from "../../../ir/interval.js";
import type { Elements } from "../../elements.js";
import { larger, smaller } from "../branch-free.js";
import { convert } from "../expressions.js";
import type { Layer, LayerCode, LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";

type BinaryOp = Extract<FixedOp, "add" | "subtract" | "multiply" | "maximum" | "minimum">;

/** The result of a and b in an arithmetic in which operands and result are exact; `range` holds the operands. */
const EXPRESSIONS: Readonly<Record<BinaryOp, (kind: Elements, range: Interval) => string>> = {
  add: (kind) => (kind === "int32" ? "(a + b) | 0" : "a + b"),
  subtract: (kind) => (kind === "int32" ? "(a - b) | 0" : "a - b"),
  // A product of doubles may be a negative zero, which no integer is.
  multiply: (kind) => (kind === "int32" ? "Math.imul(a, b)" : kind === "float64" ? "a * b + 0" : "a * b"),
  maximum: (kind, range) => larger("a", "b", range, magnitude(range), kind),
  minimum: (kind, range) => smaller("a", "b", range, magnitude(range), kind),
};

function magnitude({ lo, hi }: Interval): bigint {
  return -lo > hi ? -lo : hi;
}

export function binary<Op extends BinaryOp>(layer: Layer<Op>): LayerCode {
  const { node, elements, sites } = layer as unknown as Layer<BinaryOp>;
  const [left, right] = layer.inputs;
  const kinds = [left.elements, right.elements, elements];
  const kind = kinds.includes("bigint") ? "bigint" : kinds.includes("float64") ? "float64" : "int32";
  const range = hull(hullOf(left.node.ranges), hullOf(right.node.ranges));
  const lines = [
    `const a = ${convert("left[i]", left.elements, kind)};`,
    `const b = ${convert("right[i]", right.elements, kind)};`,
    `output[i] = ${convert(EXPRESSIONS[node.op](kind, range), kind, elements)};`,
  ];
  return { tables: [], body: (writer) => forElements(writer, { node, sites }, lines, false) };
}

/** One of two values by a condition of 0 or 1. */
export const select: LayerEmitter<"select"> = ({ node, inputs: [condition, yes, no], elements, sites }) => {
  const one = convert("condition[i]", condition.elements, "int32");
  const line = `output[i] = ${one} !== 0 ? ${convert("yes[i]", yes.elements, elements)} : ${convert("no[i]", no.elements, elements)};`;
  return { tables: [], body: (writer) => forElements(writer, { node, sites }, [line], false) };
};
