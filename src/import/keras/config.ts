import { UserError } from "../../ir/errors.js";
import type { Json, JsonObject } from "./json.js";

/**
 * One object of a Keras configuration with the place that errors name, e.g. `model.keras: layer 'conv1'`. Every
 * accessor throws a UserError when the attribute is missing or has another type.
 */
export class Config {
  readonly where: string;
  readonly #values: JsonObject;

  constructor(value: Json | undefined, where: string, what = "its configuration") {
    if (!isObject(value)) throw new UserError(`${what} is not an object`, { where });
    this.#values = value;
    this.where = where;
  }

  /** The value of an attribute; undefined when it is missing. */
  get(key: string): Json | undefined {
    return this.#values[key];
  }

  /** Whether an attribute is there and not null. */
  has(key: string): boolean {
    return (this.#values[key] ?? null) !== null;
  }

  /** The same configuration with one attribute changed. */
  with(key: string, value: Json): Config {
    return new Config({ ...this.#values, [key]: value }, this.where);
  }

  string(key: string): string {
    const value = this.get(key);
    return typeof value === "string" ? value : this.wrongType(key, "a string");
  }

  boolean(key: string): boolean {
    const value = this.get(key);
    return typeof value === "boolean" ? value : this.wrongType(key, "true or false");
  }

  list(key: string): readonly Json[] {
    const value = this.get(key);
    return isList(value) ? value : this.wrongType(key, "a list");
  }

  /** A positive integer such as a number of filters. */
  count(key: string): number {
    const value = this.get(key);
    return isCount(value) ? value : this.wrongType(key, "a positive integer");
  }

  /** An integer that is not negative such as a number of zeros. */
  natural(key: string): number {
    const value = this.get(key);
    return isNatural(value) ? value : this.wrongType(key, "an integer of at least 0");
  }

  /** `length` positive integers; Keras also writes one number for all of them. */
  counts(key: string, length: number): readonly number[] {
    const value = this.get(key);
    if (isCount(value)) return Array.from({ length }, () => value);
    if (isList(value) && value.length === length && value.every(isCount)) return value as readonly number[];
    return this.wrongType(key, `${length} positive integers`);
  }

  /** A finite number; `absent` where the attribute is missing or null. */
  number(key: string, absent?: number): number {
    const value = this.get(key) ?? absent;
    // Older files hold numpy's numbers as {"class_name": "__numpy__", "config": {"value": …}}.
    const found = isObject(value) && value.value !== undefined ? value.value : value;
    if (typeof found !== "number" || !Number.isFinite(found)) return this.wrongType(key, "a finite number");
    return found;
  }

  /** True or false; `absent` where the attribute is missing or null. */
  flag(key: string, absent: boolean): boolean {
    return (this.get(key) ?? absent) === absent ? absent : this.boolean(key);
  }

  /** Axes of a tensor of `rank` axes, the batch axis counted: one integer or a list, negative ones from the end. */
  axes(key: string, rank: number, absent?: number): readonly number[] {
    const value = this.get(key) ?? absent;
    const list = isList(value) ? value : [value];
    const axes = list.map((axis) => {
      const valid = Number.isSafeInteger(axis) && (axis as number) >= -rank && (axis as number) < rank;
      return valid
        ? ((axis as number) + rank) % rank
        : this.wrongType(key, `axes of a tensor of ${rank} axes`);
    });
    if (new Set(axes).size !== axes.length) this.wrongType(key, "different axes");
    return axes;
  }

  object(key: string): Config {
    return new Config(this.get(key), this.where, `its attribute '${key}'`);
  }

  /** Refuses an attribute whose value is none of `supported`; a missing attribute has Keras' default `absent`. */
  require(key: string, supported: readonly Json[], absent?: Json): Json {
    const value = this.get(key) ?? absent ?? null;
    const text = printValue(value);
    if (supported.some((candidate) => printValue(candidate) === text)) return value;
    throw new UserError(`'${key}' = ${text} is not supported`, {
      where: this.where,
      hint: `Supported: ${[...new Set(supported.map(printValue))].join(", ")}.`,
    });
  }

  wrongType(key: string, expected: string): never {
    const value = this.get(key);
    const found = value === undefined ? "it is missing" : `found ${printValue(value)}`;
    throw new UserError(`its attribute '${key}' should be ${expected}; ${found}`, { where: this.where });
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isNatural(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

const LONGEST = 80;

/** A value as the configuration file spells it, shortened where it is long. */
export function printValue(value: Json): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
