import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attributes, Block, Document, Statement, Value } from "../../../src/ir/text/document.js";
import { parseDocument } from "../../../src/ir/text/parse.js";
import { printDocument } from "../../../src/ir/text/print.js";
import { mistakeOf as thrownBy } from "../../support/mistake.js";

/** The message of the UserError that reading `text` throws. */
const mistakeOf = (text: string): string => thrownBy(() => parseDocument(text, "model.l1c"));

const word = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
  fc.constantFrom("return", "fixed", "tensor", "channel", "element", "NaN", "Infinity", "l1c", "x2"),
);
const key = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/),
  fc.constantFrom("__proto__", "return"),
);
const text = fc.oneof(word, fc.string({ unit: "binary", maxLength: 12 }));
const valueName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.]{1,8}$/),
  fc.constantFrom("a..b", ".a", "a.", "conv/relu:0", "", '"', "\n"),
  fc.string({ maxLength: 8 }),
);
const integer = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }),
);
const real = fc.double();
const type = fc.record(
  {
    signed: fc.boolean(),
    width: fc.integer({ min: 0, max: 99 }),
    integer: fc.integer({ min: -99, max: 99 }),
    scale: fc.constantFrom({ n: 3n, d: 7n }, { n: 1n, d: 255n }, { n: 2n ** 70n + 1n, d: 1n }),
  },
  { requiredKeys: ["signed", "width", "integer"] },
);
const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const data = fc.array<bigint | number>(fc.oneof(integer, real), { minLength: length, maxLength: length });
  return fc.record({ tensor: fc.record({ shape: fc.constant(shape), data }) });
});

const { value, attributes } = fc.letrec<{ value: Value; attributes: Attributes }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    integer,
    real,
    text,
    fc.record({ type }),
    fc.record({ interval: fc.record({ lo: integer, hi: integer }) }),
    tensor as fc.Arbitrary<Value>,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.record({
      granular: fc.record({
        per: fc.constantFrom("channel" as const, "element" as const),
        items: fc.array(tie("value"), { maxLength: 3 }),
      }),
    }),
    fc.record({ record: tie("attributes") }),
  ),
  attributes: fc
    .uniqueArray(fc.tuple(key, tie("value")), { selector: ([k]) => k, maxLength: 3 })
    .map((entries) => Object.fromEntries(entries)),
}));

const statement: fc.Arbitrary<Statement> = fc.record({
  names: fc.array(valueName, { minLength: 1, maxLength: 2 }),
  facts: fc.array(value, { maxLength: 3 }),
  operation: word.filter((name) => !["NaN", "Infinity"].includes(name)),
  operands: fc.array(valueName, { maxLength: 3 }),
  attributes,
});
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/);
const block: fc.Arbitrary<Block> = fc.record({
  keyword: name,
  name,
  attributes,
  statements: fc.array(statement, { maxLength: 3 }),
  results: fc.array(fc.record({ name: text, value: valueName }), { maxLength: 2 }),
});
const document: fc.Arbitrary<Document> = fc.record({
  language: name,
  name: fc.string({ unit: "binary", maxLength: 10 }),
  blocks: fc.array(block, { maxLength: 2 }),
});

describe("a document", () => {
  it("reads back as it was printed, whatever it holds", () => {
    fc.assert(
      fc.property(document, (document) => {
        const printed = printDocument(document);
        expect(parseDocument(printed, "random")).toEqual(document);
        expect(printDocument(parseDocument(printed, "random"))).toBe(printed);
      }),
      { numRuns: 3000 },
    );
  });

  it("prints as text that one can read", () => {
    const weights = Array.from({ length: 40 }, (_, i) => BigInt(i * 1000));
    const graph: Block = {
      keyword: "graph",
      name: "main",
      attributes: { clock: 3n },
      statements: [
        {
          names: ["x", "y/1"],
          facts: [
            [8n, 384n],
            { type: { signed: false, width: 1, integer: 1 } },
            { interval: { lo: -1n, hi: 2n } },
          ],
          operation: "conv",
          operands: ["voxels.0"],
          attributes: {
            level: 0.5,
            one: 1,
            mode: "RND",
            text: "two words",
            kernel: { tensor: { shape: [4, 10], data: weights } },
            types: {
              granular: { per: "channel", items: [{ type: { signed: true, width: 2, integer: -1 } }] },
            },
            nested: { record: { a: 1n } },
          },
        },
      ],
      results: [{ name: "mask", value: "x" }],
    };
    expect(printDocument({ language: "test", name: "a model", blocks: [graph] })).toMatchInlineSnapshot(`
      "l1c test "a model"

      graph main {clock = 3} {
        %x, %"y/1" : [8, 384] ufixed<1,1> -1..2 = conv(%voxels.0) {level = 0.5, one = 1.0, mode = RND, text = "two words", kernel = tensor<4x10>[
          0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 11000, 12000, 13000, 14000, 15000, 16000,
          17000, 18000, 19000, 20000, 21000, 22000, 23000, 24000, 25000, 26000, 27000, 28000, 29000, 30000, 31000, 32000,
          33000, 34000, 35000, 36000, 37000, 38000, 39000
        ], types = channel[fixed<2,-1>], nested = {a = 1}}
        return mask = %x
      }
      "
    `);
  });

  it("may hold comments and any white space", () => {
    const { blocks } = parseDocument('l1c m "n" # a comment\ngraph g{%a=f()# another\n return r=%a}', "file");
    expect(blocks[0]?.statements).toEqual([
      { names: ["a"], facts: [], operation: "f", operands: [], attributes: {} },
    ]);
    expect(blocks[0]?.results).toEqual([{ name: "r", value: "a" }]);
  });
});

describe("a mistake in a text names file, line and what was expected", () => {
  const inGraph = (line: string) => `l1c test "m"\n\ngraph main {\n  ${line}\n}\n`;
  it.each([
    ["", "model.l1c:1: expected 'l1c', found 'end of file'"],
    ["l1c test name", "model.l1c:1: expected a string, found 'name'"],
    [inGraph("%a = f(%b"), "model.l1c:5: expected ',', found '}'"],
    [inGraph("%a = f() {k = }"), "model.l1c:4: expected a value, found '}'"],
    [inGraph("%a = f() {k 1}"), "model.l1c:4: expected '=', found '1'"],
    [inGraph("%a = f() {k = 1, k = 2}"), "model.l1c:4: attribute 'k' is given twice"],
    [inGraph("%a = f() {k = 1..x}"), "model.l1c:4: expected an integer, found 'x'"],
    [inGraph("%a = f() {k = fixed<-1,2>}"), "model.l1c:4: the width of a type is not negative"],
    ...["2/3", "3/9", "1/1", "-3/5"].map((scale) => [
      inGraph(`%a = f() {k = fixed<4,2>*${scale}}`),
      `model.l1c:4: the scale ${scale} of a type is not two odd numbers in lowest terms, other than 1/1`,
    ]),
    [inGraph("%a = f() {k = fixed<4,2>*3}"), "model.l1c:4: expected '/', found '}'"],
    [
      inGraph("%a = f() {k = tensor<2>[1, 2, 3]}"),
      "model.l1c:4: a tensor of shape 2 has 2 elements, found 3",
    ],
    [inGraph("%a = f() {k = tensor<2x>[1, 2]}"), "model.l1c:4: '2x' is no shape"],
    [inGraph("%a = f() {k = tensor<2>[1, a]}"), "model.l1c:4: a tensor holds numbers only"],
    [inGraph('%a = f() {k = "\\q"}'), 'model.l1c:4: "\\q" is no string: its escapes are those of JSON'],
    [inGraph("%a = f() {k = 1 ~ 2}"), 'model.l1c:4: unexpected character "~"'],
    [inGraph('%a = f() {k = "open'), 'model.l1c:4: unexpected character "\\""'],
    ['l1c test "m"\n\ngraph main {\n', "model.l1c:4: expected a reference, found 'end of file'"],
    ['l1c test "m" graph main { %a = f() {k = tensor<2', "model.l1c:1: unexpected end of file"],
  ])("%j", (text, message) => {
    expect(mistakeOf(text)).toBe(message);
  });
});
