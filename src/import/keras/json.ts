import { UserError } from "../../ir/errors.js";

/** A JSON value as Python's `json` writes it: numbers may be NaN or infinite. Objects have no prototype. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Deeper nesting than any model's configuration has; bounds the recursion on hostile files. */
const MAX_DEPTH = 128;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?Infinity|NaN|true|false|null/y;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["NaN", Number.NaN],
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Reads JSON with the bare tokens `Infinity`, `-Infinity` and `NaN` that Python's `json.dumps` writes (Keras stores
 * its config.json so; HGQ2's `i_decay_speed` is infinite). Throws a UserError that names `where` and the position.
 */
export function parseJson(text: string, where: string): Json {
  let position = 0;

  const fail = (what: string): never => {
    throw new UserError(`${what} at character ${position}: not valid JSON`, { where });
  };
  const match = (rule: RegExp): string | undefined => {
    rule.lastIndex = position;
    const found = rule.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  };
  const symbol = (expected: string): boolean => {
    match(SPACE);
    if (text[position] !== expected) return false;
    position++;
    return true;
  };
  const string = (): string | undefined => {
    if (!symbol('"')) return undefined;
    // A loop and not a pattern: V8's patterns overflow their stack on strings of megabytes.
    let end = position;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    try {
      const parsed = JSON.parse(text.slice(position - 1, end + 1)) as string;
      position = end + 1;
      return parsed;
    } catch {
      return fail("a string that does not end or has a bad escape");
    }
  };

  const value = (depth: number): Json => {
    if (depth > MAX_DEPTH) fail("too deep nesting");
    match(SPACE);
    if (symbol("{")) return object(depth);
    if (symbol("[")) return array(depth);
    const text = string();
    if (text !== undefined) return text;
    // Before numbers, so that `-Infinity` is not read as a lone minus sign.
    const word = match(WORD);
    if (word !== undefined) return WORDS.get(word) as Json;
    const number = match(NUMBER);
    return number === undefined ? fail("unexpected text") : Number(number);
  };
  const object = (depth: number): JsonObject => {
    // No prototype: a key such as `__proto__` is an ordinary key.
    const entries: Record<string, Json> = Object.create(null);
    if (symbol("}")) return entries;
    do {
      const key = string() ?? fail("expected a key");
      if (!symbol(":")) fail("expected ':'");
      entries[key] = value(depth + 1);
    } while (symbol(","));
    if (!symbol("}")) fail("expected ',' or '}'");
    return entries;
  };
  const array = (depth: number): readonly Json[] => {
    const items: Json[] = [];
    if (symbol("]")) return items;
    do items.push(value(depth + 1));
    while (symbol(","));
    if (!symbol("]")) fail("expected ',' or ']'");
    return items;
  };

  const result = value(0);
  match(SPACE);
  if (position !== text.length) fail("more text after the end");
  return result;
}
