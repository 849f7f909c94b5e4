import type { FixedValue } from "../../../ir/fixed/fixed.js";
import { hull, hullOf } from "../../../ir/interval.js";
import { sizeOf } from "../../../ir/tensor.js";
import { type Elements, elementsFor } from "../../elements.js";
import { convert } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { STRIDED_TEXT, stridedIndices, stridesOf } from "../strided.js";
import { constant } from "../tables.js";
import { position } from "./conv2d.js";
import { asTerm, zeroOf } from "./matrix.js";

/** How a sum of up to `count` integers is held: one that fits modulo 2^32, or one whose every part is exact. */
function sumArithmetic(input: FixedValue, count: number, result: Elements): Elements {
  if (result === "int32") return "int32";
  const { lo, hi } = hull(hullOf(input.ranges), { lo: 0n, hi: 0n });
  const all = elementsFor({ lo: lo * BigInt(count), hi: hi * BigInt(count) });
  return all === "bigint" ? "bigint" : "float64";
}

/** A statement that brings `k` into the running result. */
function gatherInto(result: string, kind: "sum" | "max" | "min", arithmetic: Elements): string {
  if (kind === "sum") return arithmetic === "int32" ? `${result} = (${result} + k) | 0;` : `${result} += k;`;
  return `if (k ${kind === "max" ? ">" : "<"} ${result}) ${result} = k;`;
}

export const pool2d: LayerEmitter<"pool2d"> = ({ node, inputs: [input], elements }) => {
  const { size, strides, dilations, pads, kind } = node;
  const [height, width, channels] = input.node.shape;
  const [outHeight, outWidth] = node.shape;
  const arithmetic =
    kind === "sum" ? sumArithmetic(input.node, size.rows * size.columns, elements) : input.elements;
  return {
    comment: `${kind === "sum" ? "The sum" : "The largest value"} of each window of ${size.rows} × ${size.columns}.`,
    tables: [],
    body: (writer) => {
      writer.write(`for (let y = 0, i = 0; y < ${outHeight}; y++)`).block(() => {
        writer.write(`for (let x = 0; x < ${outWidth}; x++)`).block(() => {
          writer.write(`for (let c = 0; c < ${channels}; c++, i++)`).block(() => {
            if (kind === "sum") writer.writeLine(`let result = ${zeroOf(arithmetic)};`);
            else writer.writeLine(`let result = ${zeroOf(arithmetic)};`).writeLine("let empty = true;");
            writer.write(`for (let r = 0; r < ${size.rows}; r++)`).block(() => {
              writer.writeLine(`const row = ${position("y", strides.rows, "r", dilations.rows, pads.top)};`);
              if (pads.top > 0 || pads.bottom > 0)
                writer.writeLine(`if (row < 0 || row >= ${height}) continue;`);
              writer.write(`for (let q = 0; q < ${size.columns}; q++)`).block(() => {
                const column = position("x", strides.columns, "q", dilations.columns, pads.left);
                writer.writeLine(`const column = ${column};`);
                if (pads.left > 0 || pads.right > 0)
                  writer.writeLine(`if (column < 0 || column >= ${width}) continue;`);
                const value = `input[(row * ${width} + column) * ${channels} + c]`;
                if (kind === "sum") {
                  writer.writeLine(`const k = ${asTerm(value, input.elements, arithmetic)};`);
                  writer.writeLine(gatherInto("result", kind, arithmetic));
                } else {
                  writer.writeLine(`const k = ${value};`);
                  writer.writeLine("if (empty || k > result) result = k;").writeLine("empty = false;");
                }
              });
            });
            writer.writeLine(`output[i] = ${convert("result", arithmetic, elements)};`);
          });
        });
      });
    },
  };
};

export const reduce: LayerEmitter<"reduce"> = ({ node, inputs: [input], elements, name }) => {
  const { kind } = node;
  const strides = stridesOf(input.node.shape);
  const axes = input.node.shape.map((size, axis) => ({ size, stride: strides[axis] }));
  const kept = axes.filter((_, axis) => !node.axes.includes(axis));
  const reduced = axes.filter((_, axis) => node.axes.includes(axis));
  const count = sizeOf(reduced.map(({ size }) => size));
  const arithmetic = kind === "sum" ? sumArithmetic(input.node, count, elements) : input.elements;
  const [bases, offsets] = [name("bases"), name("offsets")];
  return {
    comment: `The ${kind} of ${count} elements each.`,
    helpers: [STRIDED_TEXT],
    tables: [
      constant(bases, stridedIndices(0, kept), "The first element of each sum, or of each comparison."),
      constant(offsets, stridedIndices(0, reduced), "How far from it the others are."),
    ],
    body: (writer) => {
      const read = (index: string) => asTerm(`input[${index}]`, input.elements, arithmetic);
      writer.write(`for (let i = 0; i < ${sizeOf(node.shape)}; i++)`).block(() => {
        writer.writeLine(`const start = ${bases}[i];`);
        const first = read("start");
        writer.writeLine(`let result = ${kind === "sum" ? `${zeroOf(arithmetic)}` : first};`);
        writer.write(`for (let t = 0; t < ${count}; t++)`).block(() => {
          writer.writeLine(`const k = ${read(`start + ${offsets}[t]`)};`);
          writer.writeLine(gatherInto("result", kind, arithmetic));
        });
        writer.writeLine(`output[i] = ${convert("result", arithmetic, elements)};`);
      });
    },
  };
};

export const argmax: LayerEmitter<"argmax"> = ({ node, inputs: [input], elements }) => {
  const channels = input.node.shape.at(-1) ?? 1;
  return {
    comment: `The index of the largest, of equal ones the ${node.last ? "last" : "first"}.`,
    tables: [],
    body: (writer) => {
      writer
        .write(`for (let i = 0, start = 0; i < ${sizeOf(node.shape)}; i++, start += ${channels})`)
        .block(() => {
          writer.writeLine("let best = 0;");
          writer.write(`for (let c = 1; c < ${channels}; c++)`).block(() => {
            writer.writeLine(`if (input[start + c] ${node.last ? ">=" : ">"} input[start + best]) best = c;`);
          });
          writer.writeLine(`output[i] = ${convert("best", "int32", elements)};`);
        });
    },
  };
};
