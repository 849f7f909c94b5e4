import { hullOf } from "../../../ir/interval.js";
import { elementsFor } from "../../elements.js";
import { literal, literalList } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";
import { constant } from "../tables.js";

export const threshold: LayerEmitter<"threshold"> = ({ node, inputs: [input], sites, name }) => {
  const { lo, hi } = hullOf(input.node.ranges);
  // A level that no value reaches, or that every value does, may lie outside what the elements hold.
  const levels = node.levels.map((level) => (level < lo ? lo : level > hi ? hi + 1n : level));
  const uniform = levels.every((level) => level === levels[0]);
  const table = uniform ? undefined : name("levels");
  const level = table === undefined ? literal(levels[0], input.elements) : `${table}[c]`;
  // The level that no int32 reaches is none itself.
  const held =
    elementsFor({ lo, hi: hi + 1n }) === "int32"
      ? "int32"
      : input.elements === "bigint"
        ? "bigint"
        : "float64";
  return {
    comment: "1 where k is at least the level of its channel.",
    tables:
      table === undefined ? [] : [constant(table, literalList(levels, held), "The level of each channel.")],
    body: (writer) =>
      forElements(writer, { node, sites }, [`output[i] = Number(input[i] >= ${level});`], !uniform),
  };
};
