import { mapGranular } from "../../ir/granular.js";
import { ratio } from "../../ir/ratio.js";
import { alignAxes, rescale } from "../align.js";
import type { Converter } from "../builder.js";
import { unitsOf } from "../units.js";

/** A mean is the sum, of which the integer 1 stands for one n-th as much: no arithmetic and no rounding. */
export const reduce: Converter<"reduce"> = (node, [input], builder) => {
  const { name, axes, kind } = node;
  const aligned = alignAxes(builder, input, axes, name);
  if (kind !== "mean") {
    builder.add({ op: "reduce", kind, name, inputs: [aligned.name], axes });
    return;
  }
  const sum = builder.add({
    op: "reduce",
    kind: "sum",
    name: builder.fresh(`${name}.sum`),
    inputs: [aligned.name],
    axes,
  });
  const count = axes.reduce((product, axis) => product * (input.shape[axis] as number), 1);
  const part = mapGranular(unitsOf(sum), ({ n, d }) => ratio(n, d * BigInt(count)));
  rescale(builder, sum, part, name);
};
