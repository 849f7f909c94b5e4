import { indexSelectShape, scatterShape } from "../../rows.js";
import { type ModelOperator, noAttributes, type Shape } from "./operator.js";

export const indexSelect: ModelOperator<"index_select"> = {
  arity: 2,
  shape: ({ name }, [values, index]) => indexSelectShape(values as Shape, index as Shape, `node '${name}'`),
  ...noAttributes,
};

export const scatter: ModelOperator<"scatter"> = {
  arity: 2,
  shape: ({ name, rows }, [values, index]) =>
    scatterShape(values as Shape, index as Shape, rows, `node '${name}'`),
  write: ({ kind, rows }) => ({ kind, rows: BigInt(rows) }),
  read: (reader) => ({ kind: reader.oneOf("kind", ["sum", "max", "mean"]), rows: reader.count("rows") }),
};
