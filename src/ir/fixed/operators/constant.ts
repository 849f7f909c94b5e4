import { typeLike } from "../../fixed-point.js";
import { collapse, zipGranular } from "../../granular.js";
import { point, sameInterval } from "../../interval.js";
import { verifyTensor } from "../check.js";
import type { FixedOperator } from "../operator.js";

export const constant: FixedOperator<"constant"> = {
  arity: 0,
  shape: (node) => {
    verifyTensor(node.value, "value", `node '${node.name}'`);
    return node.value.shape;
  },
  ranges: ({ value }) =>
    collapse({ per: "element", items: value.data.map(point) }, value.shape, sameInterval),
  types: (node, _inputs, ranges) => zipGranular(node.value.shape, [ranges, node.types], typeLike),
  evaluate: (node) => node.value.data,
  write: (node) => ({ value: { tensor: node.value } }),
  read: (reader) => ({ value: reader.integerTensor("value") }),
};
