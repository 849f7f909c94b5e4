import { hullOf } from "../../../ir/interval.js";
import { larger } from "../branch-free.js";
import { convert, literal } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";

export const relu: LayerEmitter<"relu"> = ({ node, inputs: [input], elements }) => {
  const zero = literal(0n, input.elements);
  const positive = larger("k", zero, hullOf(input.node.ranges), 0n, input.elements);
  return {
    tables: [],
    body: (writer) =>
      forElements(writer, node.shape.at(-1) ?? 1, [
        "const k = input[i];",
        `output[i] = ${convert(positive, input.elements, elements)};`,
      ]),
  };
};
