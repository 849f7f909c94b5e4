import { type Constant, elementConstant } from "../../constants.js";
import { convert } from "../../expressions.js";
import type { LayerEmitter } from "../../layer.js";
import { forElements } from "../../sites.js";
import { overflowLines, roundLines } from "./arithmetic.js";
import { planRequantize, type Steps } from "./plan.js";

/** What each table holds. */
const COMMENTS: Readonly<Record<keyof Steps, string>> = {
  left: "Bits to shift left",
  scale: "The factor before the division",
  right: "Bits to shift right",
  unit: "The divisor",
  dropped: "Mask of the bits that rounding drops",
  half: "Half of the new least significant bit (1, which nothing reaches, where no bit is dropped)",
  lo: "The least integer",
  hi: "The largest integer",
  kept: "Mask of the bits that wrapping keeps",
  span: "2^width",
};

/**
 * Written as the steps of the type conversion: shift left, shift right with rounding, overflow; where units are no
 * powers of two of each other, factor and divisor instead of shifts. A step that no element
 * needs is left out; constants that differ between channels or elements become tables.
 */
export const requantize: LayerEmitter<"requantize"> = ({ node, inputs: [input], elements, sites, name }) => {
  const plan = planRequantize(node, input.node, input.elements);
  const { per, steps, compute } = plan;
  const channels = node.shape.at(-1) ?? 1;
  const constants = new Map<keyof Steps, Constant>();

  /** A constant for the current element; its table comes with its first use. */
  const value = (key: keyof Steps): string => {
    const items = steps.map((step) => step[key]);
    const made =
      constants.get(key) ??
      elementConstant({ per, items }, channels, compute, () => name(key), COMMENTS[key]);
    constants.set(key, made);
    return made.text;
  };

  const lines = [
    `let k = ${convert("input[i]", input.elements, compute)};`,
    ...roundLines(node.rounding, { ...plan, value }),
    ...overflowLines(node.overflow, { ...plan, value }),
    `output[i] = ${convert("k", compute, elements)};`,
  ];
  return {
    comment: `${node.rounding}, ${node.overflow}.`,
    tables: [...constants.values()].flatMap(({ tables }) => tables),
    body: (writer) =>
      forElements(
        writer,
        { node, sites },
        lines,
        [...constants.values()].some(({ per }) => per === "channel"),
      ),
  };
};
