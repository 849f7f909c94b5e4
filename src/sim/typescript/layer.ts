import type { StatementStructures, WriterFunction } from "ts-morph";
import type { FixedNode, FixedNodeOf, FixedOp } from "../../ir/fixed/fixed.js";
import type { Elements } from "../elements.js";

/** The operators that compute something. */
export type LayerOp = Exclude<FixedOp, "input">;

/** One operand or result of a layer. */
export interface Operand {
  readonly node: FixedNode;
  /** How the emitted module holds its integers. */
  readonly elements: Elements;
  /** The parameter of the layer's function that holds them. */
  readonly array: string;
}

/** What an emitter knows of the layer that it writes. */
export interface Layer<Op extends LayerOp> {
  readonly node: FixedNodeOf<Op>;
  readonly inputs: readonly Operand[];
  readonly elements: Elements;
  /** The name of the sites of the result in the module: its own if it makes some, else its input's; none if dense. */
  readonly sites: string | undefined;
  /** A new unique name in the module: the layer's with a suffix. */
  readonly name: (suffix: string) => string;
}

/**
 * What an emitter writes for a layer. Its function takes the arrays of its inputs, with `sites` if the result has
 * sites, and its body brings the array `output` up to date.
 */
export interface LayerCode {
  /** More lines for the comment of the layer: how it is computed. */
  readonly comment?: string;
  /** Tables and buffers before the function. */
  readonly tables: readonly (StatementStructures | string)[];
  /** Text of the emitted language that the module then holds once. */
  readonly helpers?: readonly string[];
  /** What `output` holds from the start; zeros if nothing. */
  readonly initial?: string | WriterFunction;
  /** Brings `output` up to date: everywhere, or with sites wherever the input may have changed. */
  readonly body?: WriterFunction;
  /** Statements that run once, after the event at rest; `input` is the layer's input in it. */
  readonly settle?: (input: string) => readonly string[];
}

export type LayerEmitter<Op extends LayerOp> = (layer: Layer<Op>) => LayerCode;
