import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import type { Fixed } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { planStream } from "../../../src/lower/stream/plan.js";
import { lowerAt } from "../../support/stream.js";

function graph(...lines: readonly string[]): Fixed {
  return parseFixed(`l1c fixed "model"\n\ngraph main {\n${lines.map((l) => `  ${l}\n`).join("")}}\n`, "test");
}

const INPUT = "%x : [2, 4, 1] fixed<3,3> -4..3 = input()";
const conv = (
  name: string,
  from: string,
  pads = "0, 0, 0, 0",
  kernel = "tensor<1x1x1x1>[1]",
  shape = "2, 4",
) =>
  `%${name} : [${shape}, 1] fixed<9,9> -256..255 = conv2d(%${from}) {pads = [${pads}], kernel = ${kernel}, bias = tensor<1>[0]}`;
const relu = (name: string, from: string) => `%${name} : [2, 4, 1] ufixed<8,8> 0..255 = relu(%${from})`;

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.format();
    throw error;
  }
  return "no error";
}

describe("planning a stream", () => {
  it("puts a convolution and the pointwise operations behind it into one layer", () => {
    const plan = planStream(
      graph(INPUT, relu("r0", "x"), conv("a", "r0"), relu("r1", "a"), conv("b", "r1"), "return y = %b"),
    );
    expect(
      plan.layers.map(({ name, conv, pointwise }) => [name, conv?.name, pointwise.map((p) => p.name)]),
    ).toEqual([
      ["r0", undefined, ["r0"]],
      ["a", "a", ["r1"]],
      ["b", "b", []],
    ]);
    expect(plan.layers.map(({ source, result }) => [source.name, result.name])).toEqual([
      ["x", "r0"],
      ["r0", "r1"],
      ["r1", "b"],
    ]);
  });

  it.each([
    [
      "two inputs",
      graph(INPUT, "%z : [2, 4, 1] fixed<3,3> -4..3 = input()", conv("a", "x"), "return y = %a"),
      "model 'model': streaming firmware takes one input and gives one output; this model has 2 and 1",
    ],
    [
      "two outputs",
      graph(INPUT, conv("a", "x"), "return y = %a", "return z = %a"),
      "model 'model': streaming firmware takes one input and gives one output; this model has 1 and 2",
    ],
    ["no operation", graph(INPUT, "return y = %x"), "model 'model': the model computes nothing"],
    [
      "an input that is no image",
      graph("%x : [4] fixed<3,3> -4..3 = input()", "%r : [4] ufixed<2,2> 0..3 = relu(%x)", "return y = %r"),
      "input 'x': streaming firmware takes an image (rows, columns, channels), found [4]",
    ],
    [
      "a branch",
      graph(INPUT, conv("a", "x"), conv("b", "x"), "return y = %b"),
      "node 'x': its value is used in several places",
    ],
    [
      "an inner value as the output",
      graph(INPUT, conv("a", "x"), conv("b", "a"), "return y = %a"),
      "node 'a': its value is used in several places",
    ],
    [
      "types per position",
      graph(
        `%x : [1, 2, 1] element[fixed<3,3>, fixed<2,2>] element[-4..3, -2..1] = input()`,
        `%r : [1, 2, 1] element[ufixed<2,2>, ufixed<1,1>] element[0..3, 0..1] = relu(%x)`,
        "return y = %r",
      ),
      "node 'x': its types differ between positions",
    ],
  ])("refuses %s", (_, fixed, expected) => {
    expect(message(() => planStream(fixed))).toContain(expected);
  });

  it("refuses a convolution that shortens the image along the stream, and only there", () => {
    const valid = graph(
      INPUT,
      conv("a", "x", "0, 0, 0, 0", "tensor<1x3x1x1>[1, 1, 1]", "2, 2"),
      "return y = %a",
    );
    expect(message(() => lowerAt(valid, 1, 1))).toContain(
      "node 'a': along the stream the image changes from 4 to 2 columns",
    );
    expect(message(() => lowerAt(valid, 1, 0))).toBe("no error");
  });

  it("takes padding on one side only, as a causal filter has it", () => {
    const causal = graph(INPUT, conv("a", "x", "0, 0, 2, 0", "tensor<1x3x1x1>[1, 1, 1]"), "return y = %a");
    expect(message(() => lowerAt(causal, 3, 1))).toBe("no error");
  });

  it.each([0, -1, 1.5, 5, Number.NaN])("refuses a beat of %s columns of 4", (columns) => {
    const fixed = graph(INPUT, conv("a", "x"), "return y = %a");
    expect(message(() => lowerAt(fixed, columns))).toContain("stream.columns: a beat of");
    expect(message(() => lowerAt(fixed, columns))).toContain("Choose a whole number from 1 to 4.");
  });

  it("names the node that a stream does not take, and what does", () => {
    const plain = graph(INPUT, conv("a", "x"), "return y = %a");
    const edited = (change: object) => ({
      ...plain,
      nodes: plain.nodes.map((node) => (node.op === "conv2d" ? { ...node, ...change } : node)),
    });
    const two = { rows: 1, columns: 2 };
    for (const [change, what] of [
      [{ strides: two }, "strides"],
      [{ dilations: two }, "dilations"],
      [{ groups: 2 }, "groups"],
      [{ op: "argmax" }, "the operator 'argmax'"],
    ] as const)
      expect(message(() => planStream(edited(change) as typeof plain))).toBe(
        `node 'a': streaming firmware does not take ${what}\n  Lower the model with the parallel architecture, which takes every operator.`,
      );
  });
});
