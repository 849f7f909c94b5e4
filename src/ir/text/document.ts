import type { FixedType, Interval } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Tensor } from "../tensor.js";

/**
 * The syntax tree that the three languages (Model, Fixed, Circuit) share. A language maps its graphs to documents and
 * back; what the operations mean is the language's business.
 *
 * ```
 * l1c fixed "muon_cnn"
 *
 * graph main {
 *   %voxels : [8, 384, 6] ufixed<1,1> 0..1 = input()
 *   %mask : [8, 384, 6] ufixed<1,1> 0..1 = threshold(%logits) {level = 12}
 *   return mask = %mask
 * }
 * ```
 */
export interface Document {
  readonly language: string;
  readonly name: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly keyword: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly statements: readonly Statement[];
  /** Named results: `return name = %value`. */
  readonly results: readonly { readonly name: string; readonly value: string }[];
}

export interface Statement {
  /** The names it defines, without the percent sign. */
  readonly names: readonly string[];
  /** What is known of the value: shape, types, ranges. */
  readonly facts: readonly Value[];
  readonly operation: string;
  readonly operands: readonly string[];
  readonly attributes: Attributes;
}

export type Attributes = Readonly<Record<string, Value>>;

/** An attribute's value: integer, real number, word or string, list, tensor, type, interval, granular or record. */
export type Value =
  | bigint
  | number
  | string
  | readonly Value[]
  | TensorValue
  | TypeValue
  | IntervalValue
  | GranularValue
  | RecordValue;

export interface TensorValue {
  readonly tensor: Tensor<bigint | number>;
}
export interface TypeValue {
  readonly type: FixedType;
}
export interface IntervalValue {
  readonly interval: Interval;
}
export interface GranularValue {
  readonly granular: Granular<Value>;
}
export interface RecordValue {
  readonly record: Attributes;
}
