import { literalRows } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";

export const constantValue: LayerEmitter<"constant"> = ({ node, elements }) => ({
  tables: [],
  initial: literalRows(node.value.data, elements),
});
