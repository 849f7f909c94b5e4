import type { Fixed, FixedNode } from "../ir/fixed/fixed.js";
import { intervalBits } from "../ir/fixed-point.js";
import { zipGranular } from "../ir/granular.js";
import { nodesByName } from "../ir/graph.js";
import type { Model, ModelOp } from "../ir/model/model.js";
import type { Note } from "../ir/note.js";

/** Bits of a float32's significand. */
const FLOAT32_BITS = 24;
const NAMED = 3;
const SUMS: readonly ModelOp[] = [
  "conv2d",
  "dense",
  "affine",
  "add",
  "subtract",
  "multiply",
  "reduce",
  "pool2d",
  "scatter",
];

/** The most significant bits that a value of a node can have; infinite where its unit is no binary fraction. */
function significantBits({ shape, types, ranges }: FixedNode): number {
  const bits = zipGranular(shape, [types, ranges], ({ scale }, { lo, hi }) => {
    if (scale !== undefined && scale.d !== 1n && (lo !== 0n || hi !== 0n)) return Number.POSITIVE_INFINITY;
    const size = -lo > hi ? -lo : hi;
    return intervalBits({ lo: 0n, hi: size * (scale?.n ?? 1n) }).width;
  });
  return bits.items.reduce((a, b) => Math.max(a, b), 0);
}

/** One note about all nodes whose exact results float32 cannot hold, so that the training framework's may differ. */
export function noteFloat32(model: Model, fixed: Fixed): readonly Note[] {
  const nodes = nodesByName(fixed);
  const wide = model.nodes.flatMap(({ name, op }) => {
    const node = SUMS.includes(op) ? nodes.get(name) : undefined;
    const bits = node === undefined ? 0 : significantBits(node);
    return bits > FLOAT32_BITS ? [{ name, bits }] : [];
  });
  if (wide.length === 0) return [];
  const finite = wide.filter(({ bits }) => Number.isFinite(bits));
  const widest = finite.reduce((most, { bits }) => Math.max(most, bits), 0);
  const names = wide.slice(0, NAMED).map(({ name }) => `'${name}'`);
  const others = wide.length > NAMED ? ` and ${wide.length - NAMED} more` : "";
  const needs = [
    ...(finite.length > 0 ? [`sums need ${widest} bits`] : []),
    ...(finite.length < wide.length ? ["values are no binary fractions"] : []),
  ].join(" or ");
  return [
    {
      where: `node${wide.length > 1 ? "s" : ""} ${names.join(", ")}${others}`,
      message: `${needs}; float32 in the training framework holds ${FLOAT32_BITS}, so its last bits may differ`,
    },
  ];
}
