import { channelHulls } from "../../../ir/interval.js";
import { sizeOf } from "../../../ir/tensor.js";
import type { LayerEmitter } from "../layer.js";
import { matrixArithmetic, matrixText } from "./matrix.js";

/** Each row of the last axis times the matrix. */
export const dense: LayerEmitter<"dense"> = ({ node, inputs: [input], elements, name }) => {
  const [inputs, outputs] = node.kernel.shape;
  const ranges = channelHulls(input.node.ranges, input.node.shape);
  const matrix = { inputs, outputs, weights: node.kernel.data, bias: node.bias.data, ranges };
  const kind = matrixArithmetic(matrix, elements);
  const text = matrixText(matrix, kind, elements, name);
  const rows = sizeOf(node.shape) / outputs;
  const source = { array: "input", from: input.elements };
  return {
    comment: `Matrix ${inputs} × ${outputs}, ${text.comment}`,
    tables: text.tables,
    body: (writer) => {
      if (rows === 1) return text.write(writer, "0", { ...source, start: "0" });
      const loop = `for (let row = 0, from = 0, at = 0; row < ${rows}; row++, from += ${inputs}, at += ${outputs})`;
      writer.write(loop).block(() => text.write(writer, "at", { ...source, start: "from" }));
    },
  };
};
