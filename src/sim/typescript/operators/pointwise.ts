import type { FixedAffine } from "../../../ir/fixed/fixed.js";
import type { Interval } from "../../../ir/fixed-point.js";
import { atElement, finest, type Granular, granularLength, mapGranular } from "../../../ir/granular.js";
import { hull, hullOf } from "../../../ir/interval.js";
import { type Elements, elementsFor } from "../../elements.js";
import { larger, smaller } from "../branch-free.js";
import { elementConstant } from "../constants.js";
import { convert, literal } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";

export const relu: LayerEmitter<"relu"> = ({ node, inputs: [input], elements, sites }) => {
  const zero = literal(0n, input.elements);
  const positive = larger("k", zero, hullOf(input.node.ranges), 0n, input.elements);
  const lines = ["const k = input[i];", `output[i] = ${convert(positive, input.elements, elements)};`];
  return { tables: [], body: (writer) => forElements(writer, { node, sites }, lines, false) };
};

export const clamp: LayerEmitter<"clamp"> = ({ node, inputs: [input], elements, sites, name }) => {
  const range = hullOf(input.node.ranges);
  const channels = node.shape.at(-1) ?? 1;
  // A bound that never acts may lie beyond what the elements hold: it gives way to the range.
  const bounds = mapGranular(node.limits, (limits): Interval => {
    const lo = limits.lo < range.lo ? range.lo : limits.lo;
    const most = lo > range.hi ? lo : range.hi;
    return { lo, hi: limits.hi > most ? most : limits.hi };
  });
  const all = hullOf(bounds);
  const reach = hull(range, all);
  const held = elementsFor(reach);
  const kind = input.elements === "bigint" || held === "int32" ? input.elements : held;
  const bound = [all.lo, -all.lo, all.hi, -all.hi].reduce((a, b) => (a > b ? a : b));
  const table = (key: "lo" | "hi", comment: string) =>
    elementConstant(
      mapGranular(bounds, (limits) => limits[key]),
      channels,
      kind,
      () => name(key),
      comment,
    );
  const lo = table("lo", "The least integer");
  const hi = table("hi", "The largest integer");
  const lines = [
    `let k = ${convert("input[i]", input.elements, kind)};`,
    ...(all.lo > range.lo || lo.per !== "tensor" ? [`k = ${larger("k", lo.text, reach, bound, kind)};`] : []),
    ...(all.hi < range.hi || hi.per !== "tensor"
      ? [`k = ${smaller("k", hi.text, reach, bound, kind)};`]
      : []),
    `output[i] = ${convert("k", kind, elements)};`,
  ];
  return {
    tables: [...lo.tables, ...hi.tables],
    body: (writer) =>
      forElements(writer, { node, sites }, lines, lo.per === "channel" || hi.per === "channel"),
  };
};

export const affine: LayerEmitter<"affine"> = ({ node, inputs: [input], elements, sites, name }) => {
  const channels = node.shape.at(-1) ?? 1;
  const kind = affineArithmetic(node, input.node.ranges, input.elements, elements);
  const table = (items: Granular<bigint>, suffix: string, comment: string) =>
    elementConstant(
      kind === "int32" ? mapGranular(items, (k) => BigInt.asIntN(32, k)) : items,
      channels,
      kind,
      () => name(suffix),
      comment,
    );
  const multiplier = table(node.multiplier, "multiplier", "The multiplier");
  const offset = table(node.offset, "offset", "The offset");
  const k = convert("input[i]", input.elements, kind);
  const result =
    kind === "int32"
      ? `(Math.imul(${k}, ${multiplier.text}) + ${offset.text}) | 0`
      : `${k} * ${multiplier.text} + ${offset.text}`;
  const value = elements === kind || (kind !== "bigint" && elements !== "bigint") ? result : `(${result})`;
  const lines = [`output[i] = ${convert(value, kind, elements)};`];
  const perChannel = multiplier.per === "channel" || offset.per === "channel";
  return {
    comment: "multiplier · k + offset.",
    tables: [...multiplier.tables, ...offset.tables],
    body: (writer) => forElements(writer, { node, sites }, lines, perChannel),
  };
};

/** Int32 wraps, so that only the result must fit; in doubles the constants and products must be exact, too. */
function affineArithmetic(
  { multiplier, offset, ranges, shape }: FixedAffine,
  input: Granular<Interval>,
  from: Elements,
  to: Elements,
): Elements {
  if (from === "bigint") return "bigint";
  if (from === "int32" && to === "int32") return "int32";
  const per = finest(multiplier, offset, input);
  const channels = shape.at(-1) ?? 1;
  let all = hullOf(ranges);
  for (let i = 0; i < granularLength(per, shape); i++) {
    const [m, o] = [atElement(multiplier, i, channels), atElement(offset, i, channels)];
    const { lo, hi } = atElement(input, i, channels);
    for (const k of [m, o, m * lo, m * hi]) all = hull(all, { lo: k, hi: k });
  }
  return elementsFor(all) === "bigint" ? "bigint" : "float64";
}
