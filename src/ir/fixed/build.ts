import type { FixedType } from "../fixed-point.js";
import { type Granular, perTensor } from "../granular.js";
import type { FixedNode, FixedOp, FixedValue } from "./fixed.js";
import type { OwnAttributes } from "./operator.js";
import { fixedOperator, verifyArity } from "./operators/index.js";

/** What decides a node: the rest follows from its inputs. */
export type NodeSketch = {
  readonly [Op in FixedOp]: {
    readonly op: Op;
    readonly name: string;
    readonly inputs: readonly string[];
    /** The types, where the node decides them; where widths follow from ranges, only the unit counts. */
    readonly types?: Granular<FixedType>;
  } & (Op extends "reshape" | "slice" | "expand"
    ? { readonly shape: readonly number[] }
    : { readonly shape?: readonly number[] }) &
    OwnAttributes<Op>;
}[Exclude<FixedOp, "input">];

/** Completes a node with the shape, ranges and types that follow from its inputs. */
export function completeNode(sketch: NodeSketch, inputs: readonly FixedValue[]): FixedNode {
  const operator = fixedOperator(sketch.op);
  verifyArity(sketch, inputs.length);
  const draft = {
    types: perTensor<FixedType>({ signed: false, width: 0, integer: 0 }),
    ranges: perTensor({ lo: 0n, hi: 0n }),
    shape: [] as readonly number[],
    ...sketch,
  };
  const shaped = { ...draft, shape: operator.shape(draft as never, inputs) };
  const ranges = operator.ranges(shaped as never, inputs);
  const types = operator.types(shaped as never, inputs, ranges);
  return { ...shaped, ranges, types } as unknown as FixedNode;
}
