import { alignPair } from "../align.js";
import type { Converter } from "../builder.js";

/** Addition and comparison take operands of one unit. */
function aligned<Op extends "add" | "subtract" | "maximum" | "minimum">(op: Op): Converter<Op> {
  return ({ name }: { readonly name: string }, [left, right], builder) => {
    const [a, b] = alignPair(builder, left, right, name);
    builder.add({ op, name, inputs: [a.name, b.name] });
  };
}

export const add = aligned("add");
export const subtract = aligned("subtract");
export const maximum = aligned("maximum");
export const minimum = aligned("minimum");

/** The unit of a product is the product of the units. */
export const multiply: Converter<"multiply"> = ({ name, inputs }, _, builder) => {
  builder.add({ op: "multiply", name, inputs });
};
