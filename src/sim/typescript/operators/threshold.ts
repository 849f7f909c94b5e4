import { hullOf } from "../../../ir/interval.js";
import { literal, literalList } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";
import { constant } from "../tables.js";

export const threshold: LayerEmitter<"threshold"> = ({ node, inputs: [input], name }) => {
  const { lo, hi } = hullOf(input.node.ranges);
  // A level that no value reaches, or that every value does, may lie outside what the elements hold.
  const levels = node.levels.map((level) => (level < lo ? lo : level > hi ? hi + 1n : level));
  const uniform = levels.every((level) => level === levels[0]);
  const table = uniform ? undefined : name("levels");
  const level = table === undefined ? literal(levels[0], input.elements) : `${table}[c]`;
  // One more than the largest int32 is none.
  const held = input.elements === "int32" ? "float64" : input.elements;
  return {
    comment: "1 where k is at least the level of its channel.",
    tables:
      table === undefined ? [] : [constant(table, literalList(levels, held), "The level of each channel.")],
    body: (writer) => forElements(writer, levels.length, [`output[i] = Number(input[i] >= ${level});`]),
  };
};
