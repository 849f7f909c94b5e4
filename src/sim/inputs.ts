import { UserError } from "../ir/errors.js";
import type { FixedInput } from "../ir/fixed/fixed.js";
import {
  type FixedType,
  type Overflow,
  overflow as overflowInteger,
  quantizeRatio,
} from "../ir/fixed-point.js";
import { atElement, finest, granularLength } from "../ir/granular.js";
import { hullOf } from "../ir/interval.js";
import { exactRatio } from "../ir/ratio.js";
import { sizeOf } from "../ir/tensor.js";
import { allocate, elementsFor, type IntegerArray } from "./elements.js";
import { compileInteger } from "./float-quantizer.js";

/** Numbers of one event as they come from a file: any typed array. */
export type Numbers = ArrayLike<number> | ArrayLike<bigint>;

export interface InputOptions {
  /** The numbers are the integers of the input's type, not physical values. */
  readonly raw: boolean;
}

/** Turns the numbers of one event into the integers of an input; `event` is its number, for messages. */
export type InputEncoder = (values: Numbers, event: number) => IntegerArray;

/**
 * The encoder of an input. Physical values are rounded and brought into the type's range as the input says, exactly,
 * then clipped to its proven range; infinities saturate. Raw integers are taken as they are. Throws a UserError that
 * names event and index: NaN; an infinity where the input does not saturate; raw numbers that are no integers or lie
 * outside the range; a wrong length. The array returned belongs to the encoder and holds until its next call.
 */
export function inputEncoder(node: FixedInput, { raw }: InputOptions): InputEncoder {
  const size = sizeOf(node.shape);
  const elements = elementsFor(hullOf(node.ranges));
  const target = allocate(elements, size);
  const encode = raw ? rawEncoder(node) : physicalEncoder(node);
  return (values, event) => {
    if (values.length !== size) {
      throw new UserError(`event ${event} has ${values.length} values for shape [${node.shape.join(", ")}]`, {
        where: `input '${node.name}'`,
      });
    }
    encode(values, event, target);
    return target;
  };
}

type Encode = (values: Numbers, event: number, target: IntegerArray) => void;

function rawEncoder(node: FixedInput): Encode {
  const { lo, hi, period } = limitsOf(node);
  return (values, event, target) => {
    const exact = Array.isArray(target);
    for (let i = 0, p = 0; i < values.length; i++, p = p + 1 === period ? 0 : p + 1) {
      const value = values[i];
      if (typeof value === "number" && !Number.isSafeInteger(value)) {
        throw mistake(node, event, i, value, "is no integer that a double holds exactly");
      }
      if (value < lo[p] || value > hi[p]) {
        throw mistake(node, event, i, value, `is outside ${lo[p]}..${hi[p]}`);
      }
      if (exact) target[i] = BigInt(value);
      else target[i] = Number(value);
    }
  };
}

function physicalEncoder(node: FixedInput): Encode {
  const { rounding, overflow } = node;
  const { lo, hi, period } = limitsOf(node);
  const channels = node.shape.at(-1) ?? 1;
  const types = Array.from({ length: period }, (_, p) => atElement(node.types, p, channels));
  const quantizers = types.map((type) => compileInteger(type, rounding, overflow));
  const least = Float64Array.from(lo, Number);
  const most = Float64Array.from(hi, Number);
  const atZero = least.map((low, p) => Math.min(Math.max(0, low), most[p]));

  const clip = (k: bigint, p: number): bigint => (k < lo[p] ? lo[p] : k > hi[p] ? hi[p] : k);
  /** The integer of a number by exact ratios. */
  const exactly = (value: number | bigint, event: number, i: number, p: number): bigint => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      if (overflow === "SAT" || overflow === "SAT_SYM")
        return clip(limitOf(types[p], value > 0, overflow), p);
      throw mistake(node, event, i, value, `has no value in a type that does not saturate (${overflow})`);
    }
    const { n, d } = typeof value === "bigint" ? { n: value, d: 1n } : exactRatio(value);
    return clip(quantizeRatio(n, d, types[p], rounding, overflow), p);
  };

  return (values, event, target) => {
    for (let i = 0, p = 0; i < values.length; i++, p = p + 1 === period ? 0 : p + 1) {
      const value = values[i];
      if (Number.isNaN(value)) throw mistake(node, event, i, value, "is no value");
      if (Array.isArray(target)) target[i] = exactly(value, event, i, p);
      else if (value === 0) target[i] = atZero[p];
      else if (typeof value === "bigint" || !Number.isFinite(value)) {
        target[i] = Number(exactly(value, event, i, p));
      } else {
        const k = quantizers[p](value);
        target[i] = k < least[p] ? least[p] : k > most[p] ? most[p] : k + 0;
      }
    }
  };
}

/** The largest or smallest integer to which a type saturates. */
function limitOf(type: FixedType, largest: boolean, mode: Overflow): bigint {
  const beyond = 1n << BigInt(type.width + 1);
  return overflowInteger(largest ? beyond : -beyond, type, mode);
}

/** The ranges of the elements; element i has those of index i modulo the period. */
function limitsOf(node: FixedInput) {
  const channels = node.shape.at(-1) ?? 1;
  const period = granularLength(finest(node.types, node.ranges), node.shape);
  const ranges = Array.from({ length: period }, (_, p) => atElement(node.ranges, p, channels));
  return { period, lo: ranges.map(({ lo }) => lo), hi: ranges.map(({ hi }) => hi) };
}

function mistake(
  node: FixedInput,
  event: number,
  index: number,
  value: number | bigint,
  what: string,
): UserError {
  return new UserError(`event ${event}, value ${index}: ${value} ${what}`, {
    where: `input '${node.name}'`,
    hint: `Its shape is [${node.shape.join(", ")}], row-major.`,
  });
}
