import type { FixedType } from "../../src/ir/fixed-point.js";
import { perTensor } from "../../src/ir/granular.js";
import type { FunctionKind, Model, ModelNode, Quantizer } from "../../src/ir/model/model.js";

type Shape = readonly number[];

/** A quantizer for a whole tensor. */
export function quantizer(type: FixedType, modes: Partial<Quantizer> = {}): Quantizer {
  return { types: perTensor(type), rounding: "RND", overflow: "SAT", ...modes };
}

/** A model from its nodes; the last is the output `y`. */
export function modelOf(...nodes: readonly ModelNode[]): Model {
  return { name: "m", nodes, outputs: [{ name: "y", value: nodes.at(-1)?.name as string }] };
}

export const input = (name: string, shape: Shape): ModelNode => ({ op: "input", name, inputs: [], shape });

export const quantize = (
  name: string,
  from: string,
  shape: Shape,
  type: FixedType,
  modes?: Partial<Quantizer>,
): ModelNode => ({ op: "quantize", name, inputs: [from], shape, quantizer: quantizer(type, modes) });

export const functionNode = (
  name: string,
  from: string,
  shape: Shape,
  kind: FunctionKind,
  parameters: Readonly<Record<string, number>> = {},
): ModelNode => ({ op: "function", name, inputs: [from], shape, kind, parameters });

/** `fixed<8,3>` or `ufixed<8,3>` as a type. */
export function type(text: string): FixedType {
  const [, kind, width, integer] = /^(u?fixed)<(\d+),(-?\d+)>$/.exec(text) as RegExpExecArray;
  return { signed: kind === "fixed", width: Number(width), integer: Number(integer) };
}
