import type { Attributes } from "./attributes.js";
import { BatchMixed } from "./batch.js";
import type { Builder } from "./builder.js";
import { isFloat } from "./dtype.js";
import { type Constant, type Live, type Shape, showShape, type Value } from "./values.js";

/** One node of the file that a handler turns into nodes of the Model. */
export class Call {
  readonly type: string;
  readonly domain: string;
  /** The version of the node's operator set. */
  readonly opset: number;
  readonly attributes: Attributes;
  readonly inputs: readonly (Value | undefined)[];
  /** How many results the node has. */
  readonly outputs: number;
  readonly builder: Builder;

  constructor(fields: {
    readonly type: string;
    readonly domain: string;
    readonly opset: number;
    readonly attributes: Attributes;
    readonly inputs: readonly (Value | undefined)[];
    readonly outputs: number;
    readonly builder: Builder;
  }) {
    this.type = fields.type;
    this.domain = fields.domain;
    this.opset = fields.opset;
    this.attributes = fields.attributes;
    this.inputs = fields.inputs;
    this.outputs = fields.outputs;
    this.builder = fields.builder;
  }

  refuse(message: string, hint?: string): never {
    return this.builder.refuse(message, hint);
  }

  /** Input number `index`, which must be there. */
  value(index: number): Value {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`);
  }

  live(index: number): Live {
    return this.builder.live(this.value(index));
  }

  /** An input that must be a constant, such as weights and axes; `what` names it. */
  constant(index: number, what: string): Constant {
    const value = this.value(index);
    if (value.kind === "constant") return value;
    return this.refuse(`its ${what} is computed from the event: only constants are supported there`);
  }

  optionalConstant(index: number, what: string): Constant | undefined {
    return this.inputs[index] === undefined ? undefined : this.constant(index, what);
  }

  /** A constant input as a list of integers. */
  integers(index: number, what: string): readonly number[] {
    const { data, shape } = this.constant(index, what);
    if (shape.length > 1) this.refuse(`its ${what} should be a list, found shape ${showShape(shape)}`);
    const bad = data.find((n) => !Number.isInteger(n));
    if (bad !== undefined) this.refuse(`its ${what} holds ${bad}`);
    return data;
  }

  optionalIntegers(index: number, what: string): readonly number[] | undefined {
    return this.inputs[index] === undefined ? undefined : this.integers(index, what);
  }

  /** Integers that older operator sets have as an attribute and newer ones as an input. */
  attributeOrInput(name: string, index: number): readonly number[] | undefined {
    return this.attributes.ints(name) ?? this.optionalIntegers(index, name);
  }

  /** A constant with one element. */
  scalar(index: number, what: string): number {
    const { data } = this.constant(index, what);
    if (data.length !== 1) this.refuse(`its ${what} should be one number, found ${data.length}`);
    return data[0] as number;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive;
    return this.refuse(`axis ${axis} does not exist in a value of ${rank} axes`);
  }

  axes(axes: readonly number[], rank: number): readonly number[] {
    const found = axes.map((axis) => this.axis(axis, rank));
    if (new Set(found).size < found.length) this.refuse(`axes ${showShape(axes)} name one axis twice`);
    return found;
  }

  /** Refuses to work across events. */
  keepEvents(value: Value, axes: readonly number[]): void {
    if (value.kind === "live" && value.batch !== undefined && axes.includes(value.batch)) {
      throw new BatchMixed(this.builder.where, this.type, value.batch);
    }
  }

  /** Refuses the integers of QuantizeLinear where only what they stand for makes sense. */
  plain(value: Live): Live {
    if (value.integers === undefined) return value;
    return this.refuse(
      "it computes with the integers of a QuantizeLinear",
      "Only operators that move or compare elements may stand between QuantizeLinear and DequantizeLinear.",
    );
  }

  requireFloat(value: Value): void {
    if (!isFloat(value.dtype)) this.refuse(`on values of type ${value.dtype} it is not supported`);
  }
}

/** Turns a node into nodes of the Model and gives its results. Throws a UserError on whatever it does not support. */
export type Handler = (call: Call) => readonly Value[];

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, axis) => n === b[axis]);
}
