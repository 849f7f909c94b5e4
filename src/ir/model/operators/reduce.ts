import { UserError } from "../../errors.js";
import { type ModelOperator, readFlag, type Shape, showShape, writeFlag } from "./operator.js";

export const reduce: ModelOperator<"reduce"> = {
  arity: 1,
  shape: ({ name, axes }, [input]) => reduceShape(input as Shape, axes, `node '${name}'`),
  write: ({ kind, axes }) => ({ kind, axes: axes.map(BigInt) }),
  read: (reader) => ({
    kind: reader.oneOf("kind", ["sum", "mean", "max", "min"]),
    axes: reader.counts("axes"),
  }),
};

export const argmax: ModelOperator<"argmax"> = {
  arity: 1,
  shape: ({ name }, [input]) => {
    const shape = input as Shape;
    if (shape.length === 0)
      throw new UserError("argmax takes at least one axis", { where: `node '${name}'` });
    return shape.slice(0, -1);
  },
  write: ({ last }) => writeFlag("last", last),
  read: (reader) => ({ last: readFlag(reader, "last") }),
};

/** The shape without some axes, which must exist, each once; `where` names the node in errors. */
export function reduceShape(input: Shape, axes: readonly number[], where: string): Shape {
  const bad = axes.find((axis, n) => !(axis in input) || axes.indexOf(axis) !== n);
  if (bad !== undefined) {
    const what = bad in input ? `axis ${bad} is given twice` : `${showShape(input)} has no axis ${bad}`;
    throw new UserError(what, { where });
  }
  if (axes.length === 0) throw new UserError("it reduces no axis", { where });
  return input.filter((_, axis) => !axes.includes(axis));
}
