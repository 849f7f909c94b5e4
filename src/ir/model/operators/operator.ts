import type { Attributes } from "../../text/document.js";
import type { Reader } from "../../text/read.js";
import type { ModelNodeOf, ModelOp } from "../model.js";

export type Shape = readonly number[];

/** The attributes of a node that only its operator knows. */
export type OwnAttributes<Op extends ModelOp> = Omit<ModelNodeOf<Op>, "op" | "name" | "inputs" | "shape">;

/** What the Model language knows of one operator. */
export interface ModelOperator<Op extends ModelOp> {
  /** How many inputs it takes. */
  readonly arity: number | { readonly atLeast: number };
  /**
   * Checks the attributes against each other, the inputs' shapes and the node's own; throws a UserError that begins with
   * `where`. The shape rule follows, so that it may rely on what was checked.
   */
  readonly verify?: (node: ModelNodeOf<Op>, inputs: readonly Shape[], where: string) => void;
  /** The shape of the result; throws a UserError naming the node when the inputs do not fit. */
  readonly shape: (node: ModelNodeOf<Op>, inputs: readonly Shape[]) => Shape;
  readonly write: (node: ModelNodeOf<Op>) => Attributes;
  readonly read: (reader: Reader) => OwnAttributes<Op>;
}

/** The shape rule of operators on one value: the shape stays. */
export const sameShape = (_: unknown, [input]: readonly Shape[]): Shape => input as Shape;

/** The text of operators without attributes. */
export const noAttributes = { write: () => ({}), read: () => ({}) } as const;

/** A yes or no in the text: `key = true`, left out for no. */
export function writeFlag(key: string, flag: boolean): Attributes {
  return flag ? { [key]: "true" } : {};
}

export function readFlag(reader: Reader, key: string): boolean {
  return reader.has(key) && reader.oneOf(key, ["true", "false"]) === "true";
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
