import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../../src/import/keras/json.js";
import { UserError } from "../../../src/ir/errors.js";

const parse = (text: string) => parseJson(text, "config.json");

test("reads what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(value));
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("reads Python's infinite numbers, but leaves strings alone", () => {
  expect(parse('{"a": Infinity, "b": [-Infinity, NaN], "c": "NaN, \\"Infinity\\\\"}')).toEqual({
    a: Number.POSITIVE_INFINITY,
    b: [Number.NEGATIVE_INFINITY, Number.NaN],
    c: 'NaN, "Infinity\\',
  });
});

test("a key named like the prototype is a key", () => {
  expect(Object.keys(parse('{"__proto__": 1}') as object)).toEqual(["__proto__"]);
});

test.each(["", "{", "[1,]", '{"a" 1}', '"open', '"\\x"', "01", "1 2", "nul", "+1", "- 1", "[1 2]", "{1: 2}"])(
  "refuses %j",
  (text) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(/at character \d+: not valid JSON/);
  },
);
