import type { CodeBlockWriter } from "ts-morph";
import { sizeOf } from "../../../ir/tensor.js";
import { convert, newArray } from "../expressions.js";
import type { LayerEmitter, Operand } from "../layer.js";
import { constant } from "../tables.js";
import { zeroOf } from "./matrix.js";

/** The loop over a list of indices; `row` is the index, `e` its place. */
function overIndices(writer: CodeBlockWriter, { array, elements, node }: Operand, body: () => void): void {
  writer.write(`for (let e = 0; e < ${sizeOf(node.shape)}; e++)`).block(() => {
    writer.writeLine(`const row = ${convert(`${array}[e]`, elements, "int32")};`);
    body();
  });
}

export const indexSelect: LayerEmitter<"index_select"> = ({ inputs: [input, index], elements }) => {
  const rows = input.node.shape[0];
  const inner = sizeOf(input.node.shape.slice(1));
  return {
    comment: "The rows at the indices; zeros where an index is no row.",
    tables: [],
    body: (writer) =>
      overIndices(writer, index, () => {
        writer.writeLine(`const start = e * ${inner};`);
        writer.writeLine(`const from = row * ${inner};`);
        writer.write(
          `if (row < 0 || row >= ${rows}) output.fill(${zeroOf(elements)}, start, start + ${inner});`,
        );
        const value = convert("input[from + i]", input.elements, elements);
        writer.newLine().writeLine(`else for (let i = 0; i < ${inner}; i++) output[start + i] = ${value};`);
      }),
  };
};

/**
 * Rows are added up in the result itself: the range of every partial sum lies within its proven range, since any rows
 * may be missing.
 */
export const scatter: LayerEmitter<"scatter"> = ({ node, inputs: [input, index], elements, name }) => {
  const inner = sizeOf(node.shape.slice(1));
  const hit = node.kind === "max" ? name("hit") : undefined;
  const value = convert(`input[e * ${inner} + i]`, input.elements, elements);
  return {
    comment: `The ${node.kind} of the rows with each index; an index that is no row goes nowhere.`,
    tables:
      hit === undefined
        ? []
        : [constant(hit, newArray("int32", node.rows), "Whether a row has got anything yet.")],
    body: (writer) => {
      writer.writeLine(`output.fill(${zeroOf(elements)});`);
      if (hit !== undefined) writer.writeLine(`${hit}.fill(0);`);
      overIndices(writer, index, () => {
        writer.writeLine(`if (row < 0 || row >= ${node.rows}) continue;`);
        writer.writeLine(`const start = row * ${inner};`);
        if (hit !== undefined) {
          writer.writeLine(`const first = ${hit}[row] === 0;`).writeLine(`${hit}[row] = 1;`);
        }
        writer.write(`for (let i = 0; i < ${inner}; i++)`).block(() => {
          writer.writeLine(`const k = ${value};`);
          if (hit === undefined) writer.writeLine("output[start + i] += k;");
          else writer.writeLine("if (first || k > output[start + i]) output[start + i] = k;");
        });
      });
    },
  };
};
