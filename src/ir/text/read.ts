import { UserError } from "../errors.js";
import type { FixedType, Interval } from "../fixed-point.js";
import { type Granular, mapGranular, perTensor } from "../granular.js";
import type { Tensor } from "../tensor.js";
import type {
  Attributes,
  GranularValue,
  IntervalValue,
  RecordValue,
  TensorValue,
  TypeValue,
  Value,
} from "./document.js";

/**
 * Typed access to the attributes of a parsed statement. Every function throws a UserError that names the statement and
 * the attribute when it is missing or of another kind.
 */
export class Reader {
  readonly where: string;
  private readonly attributes: Attributes;

  constructor(attributes: Attributes, where: string) {
    this.attributes = attributes;
    this.where = where;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.attributes, key);
  }

  value(key: string): Value {
    const value = this.has(key) ? this.attributes[key] : undefined;
    if (value === undefined) throw new UserError(`attribute '${key}' is missing`, { where: this.where });
    return value;
  }

  /** A number that is read as an integer or a real. */
  real(key: string): number {
    const value = this.value(key);
    if (typeof value === "bigint") return Number(value);
    if (typeof value === "number") return value;
    throw this.wrong(key, "a number");
  }

  integer(key: string): bigint {
    const value = this.value(key);
    if (typeof value !== "bigint") throw this.wrong(key, "an integer");
    return value;
  }

  /** An integer small enough for a JavaScript number: a size, an index. */
  count(key: string): number {
    return Number(this.integer(key));
  }

  word(key: string): string {
    const value = this.value(key);
    if (typeof value !== "string") throw this.wrong(key, "a word");
    return value;
  }

  oneOf<T extends string>(key: string, words: readonly T[]): T {
    const word = this.word(key);
    if (!(words as readonly string[]).includes(word)) throw this.wrong(key, `one of ${words.join(", ")}`);
    return word as T;
  }

  list(key: string): readonly Value[] {
    const value = this.value(key);
    if (!Array.isArray(value)) throw this.wrong(key, "a list");
    return value as readonly Value[];
  }

  integers(key: string): readonly bigint[] {
    const list = this.list(key);
    if (list.some((item) => typeof item !== "bigint")) throw this.wrong(key, "a list of integers");
    return list as readonly bigint[];
  }

  counts(key: string): readonly number[] {
    return this.integers(key).map(Number);
  }

  record(key: string): Reader {
    const value = this.value(key);
    if (!isObject<RecordValue>(value, "record")) throw this.wrong(key, "a record {…}");
    return new Reader(value.record, `${this.where}: ${key}`);
  }

  realTensor(key: string): Tensor<number> {
    const { shape, data } = this.tensor(key);
    return { shape, data: data.map(Number) };
  }

  integerTensor(key: string): Tensor<bigint> {
    const tensor = this.tensor(key);
    if (tensor.data.some((item) => typeof item !== "bigint")) throw this.wrong(key, "a tensor of integers");
    return tensor as Tensor<bigint>;
  }

  types(key: string): Granular<FixedType> {
    return asTypes(this.value(key), `${this.where}: ${key}`);
  }

  intervals(key: string): Granular<Interval> {
    return asIntervals(this.value(key), `${this.where}: ${key}`);
  }

  /** An integer, or one per channel or element. */
  granularIntegers(key: string): Granular<bigint> {
    return asGranular(this.value(key), `${this.where}: ${key}`, "an integer", (item) =>
      typeof item === "bigint" ? item : undefined,
    );
  }

  /** A record, or one per channel or element, each read by `read`. */
  granularRecords<T>(key: string, read: (reader: Reader) => T): Granular<T> {
    const where = `${this.where}: ${key}`;
    return asGranular(this.value(key), where, "a record {…}", (item) =>
      isObject<RecordValue>(item, "record") ? read(new Reader(item.record, where)) : undefined,
    );
  }

  /** A word `true` or `false`. */
  flag(key: string): boolean {
    return this.oneOf(key, ["true", "false"]) === "true";
  }

  private tensor(key: string): Tensor<bigint | number> {
    const value = this.value(key);
    if (!isObject<TensorValue>(value, "tensor")) throw this.wrong(key, "a tensor");
    return value.tensor;
  }

  private wrong(key: string, expected: string): UserError {
    return new UserError(`attribute '${key}' should be ${expected}`, { where: this.where });
  }
}

function isObject<T extends object>(value: Value | undefined, key: keyof T): value is Value & T {
  return typeof value === "object" && !Array.isArray(value) && key in value;
}

/** Reads a fact: a type, or types per channel or element. */
export function asTypes(value: Value | undefined, where: string): Granular<FixedType> {
  return asGranular(value, where, "a type", (item) =>
    isObject<TypeValue>(item, "type") ? item.type : undefined,
  );
}

/** Reads a fact: an interval, or intervals per channel or element. */
export function asIntervals(value: Value | undefined, where: string): Granular<Interval> {
  return asGranular(value, where, "an interval", (item) =>
    isObject<IntervalValue>(item, "interval") ? item.interval : undefined,
  );
}

/** Reads a fact: a shape. */
export function asShape(value: Value | undefined, where: string): readonly number[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "bigint" || item < 0n)) {
    throw new UserError("expected a shape", { where });
  }
  return (value as readonly bigint[]).map(Number);
}

function asGranular<T>(
  value: Value | undefined,
  where: string,
  expected: string,
  read: (item: Value | undefined) => T | undefined,
): Granular<T> {
  const granular = isObject<GranularValue>(value, "granular") ? value.granular : perTensor(value);
  return mapGranular(granular, (item) => {
    const result = read(item);
    if (result === undefined) throw new UserError(`expected ${expected}`, { where });
    return result;
  });
}
