import { convert, literal } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";

export const relu: LayerEmitter<"relu"> = ({ node, inputs: [input], elements }) => {
  const zero = literal(0n, input.elements);
  return {
    tables: [],
    body: (writer) =>
      forElements(writer, node.shape.at(-1) ?? 1, [
        "const k = input[i];",
        `output[i] = ${convert(`(k > ${zero} ? k : ${zero})`, input.elements, elements)};`,
      ]),
  };
};
