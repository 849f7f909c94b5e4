import type { VariableStatementStructure } from "ts-morph";
import { convert, literal, literalList } from "../../expressions.js";
import type { LayerEmitter } from "../../layer.js";
import { forElements } from "../../sites.js";
import { constant } from "../../tables.js";
import { overflowLines, roundLines } from "./arithmetic.js";
import { planRequantize, type Steps } from "./plan.js";

/** What each table holds. */
const COMMENTS: Readonly<Record<keyof Steps, string>> = {
  left: "Bits to shift left",
  scale: "2^bits to shift left",
  right: "Bits to shift right",
  unit: "2^bits to shift right",
  dropped: "Mask of the bits that rounding drops",
  half: "Half of the new least significant bit (1, which nothing reaches, where no bit is dropped)",
  lo: "The least integer",
  hi: "The largest integer",
  kept: "Mask of the bits that wrapping keeps",
  span: "2^width",
};

/**
 * Written as the steps of the type conversion: shift left, shift right with rounding, overflow. A step that no element
 * needs is left out; constants that differ between channels or elements become tables.
 */
export const requantize: LayerEmitter<"requantize"> = ({ node, inputs: [input], elements, name }) => {
  const plan = planRequantize(node, input.node, input.elements);
  const { per, steps, compute } = plan;
  const tables = new Map<keyof Steps, VariableStatementStructure>();
  const index = per === "element" ? "i" : "c";

  /** A constant for the current element: a literal, or an entry of a table, which it declares at its first use. */
  const value = (key: keyof Steps): string => {
    const items = steps.map((step) => step[key]);
    if (items.every((item) => item === items[0])) return literal(items[0], compute);
    const table =
      tables.get(key) ?? constant(name(key), literalList(items, compute), `${COMMENTS[key]}, per ${per}.`);
    tables.set(key, table);
    return `${table.declarations[0].name}[${index}]`;
  };

  const lines = [
    `let k = ${convert("input[i]", input.elements, compute)};`,
    ...roundLines(node.rounding, { ...plan, value }),
    ...overflowLines(node.overflow, { ...plan, value }),
    `output[i] = ${convert("k", compute, elements)};`,
  ];
  return {
    comment: `${node.rounding}, ${node.overflow}.`,
    tables: [...tables.values()],
    body: (writer) => forElements(writer, node.shape.at(-1) ?? 1, lines),
  };
};
