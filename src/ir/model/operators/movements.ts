import {
  type MovementNode,
  type MovementOp,
  movementShape,
  readMovement,
  writeMovement,
} from "../../movement.js";
import type { ModelOperator } from "./operator.js";

function movement<Op extends MovementOp>(op: Op): ModelOperator<Op> {
  // The compiler does not see that ModelNodeOf<Op> is the node of this movement for every Op.
  return {
    arity: op === "concat" ? { atLeast: 1 } : 1,
    shape: (node, inputs) => {
      const moved = node as unknown as MovementNode;
      return movementShape(moved, moved.name, inputs, moved.shape);
    },
    write: (node) => writeMovement(node as never),
    read: (reader) => readMovement(op, reader) as never,
  };
}

/** The movements: their rules are shared with the Fixed language. */
export const movements: { readonly [Op in MovementOp]: ModelOperator<Op> } = {
  reshape: movement("reshape"),
  transpose: movement("transpose"),
  slice: movement("slice"),
  pad: movement("pad"),
  concat: movement("concat"),
  gather: movement("gather"),
  expand: movement("expand"),
};
