import type { NodeSketch } from "../../ir/fixed/build.js";
import type { MovementOp } from "../../ir/movement.js";
import type { Converter } from "../builder.js";

/** Movements are the same in both languages; types move with their elements. */
export function movement<Op extends MovementOp>(): Converter<Op> {
  return (node, _, builder) => {
    builder.add(node as unknown as NodeSketch);
  };
}
