import type { Attributes } from "../text/document.js";
import type { Reader } from "../text/read.js";
import type { Movement, MovementOf, MovementOp } from "./movement.js";

/** The attributes of a movement in the text. */
export function writeMovement(movement: Movement): Attributes {
  switch (movement.op) {
    case "reshape":
    case "expand":
      return {};
    case "transpose":
      return { permutation: movement.permutation.map(BigInt) };
    case "slice":
      return { starts: movement.starts.map(BigInt), steps: movement.steps.map(BigInt) };
    case "pad":
      return { before: movement.before.map(BigInt), after: movement.after.map(BigInt) };
    case "concat":
      return { axis: BigInt(movement.axis) };
    case "gather":
      return { axis: BigInt(movement.axis), indices: movement.indices.map(BigInt) };
  }
}

const READERS: { readonly [Op in MovementOp]: (reader: Reader) => MovementOf<Op> } = {
  reshape: () => ({ op: "reshape" }),
  transpose: (reader) => ({ op: "transpose", permutation: reader.counts("permutation") }),
  slice: (reader) => ({ op: "slice", starts: reader.counts("starts"), steps: reader.counts("steps") }),
  pad: (reader) => ({ op: "pad", before: reader.counts("before"), after: reader.counts("after") }),
  concat: (reader) => ({ op: "concat", axis: reader.count("axis") }),
  gather: (reader) => ({ op: "gather", axis: reader.count("axis"), indices: reader.counts("indices") }),
  expand: () => ({ op: "expand" }),
};

/** Reads a movement from its attributes in the text. Throws a UserError that names node and attribute. */
export function readMovement<Op extends MovementOp>(op: Op, reader: Reader): MovementOf<Op> {
  return READERS[op](reader);
}
