import { describe, expect, it } from "vitest";
import { completeNode, type NodeSketch } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedInput, FixedNode } from "../../../src/ir/fixed/fixed.js";
import { perTensor } from "../../../src/ir/granular.js";
import { planRaster } from "../../../src/lower/raster/index.js";

const NONE = { top: 0, bottom: 0, left: 0, right: 0 };
const ONE = { rows: 1, columns: 1 };

function input(name: string, shape: readonly number[]): FixedInput {
  const types = perTensor({ signed: true, width: 3, integer: 3 });
  return {
    op: "input",
    name,
    inputs: [],
    shape,
    types,
    ranges: perTensor({ lo: -4n, hi: 3n }),
    rounding: "TRN",
    overflow: "SAT",
  };
}

function graph(
  inputs: readonly FixedInput[],
  sketches: readonly NodeSketch[],
  outputs?: readonly string[],
): Fixed {
  const nodes: FixedNode[] = [...inputs];
  for (const sketch of sketches)
    nodes.push(
      completeNode(
        sketch,
        sketch.inputs.map((name) => nodes.find((node) => node.name === name) as FixedNode),
      ),
    );
  const values = outputs ?? [(nodes.at(-1) as FixedNode).name];
  return { name: "m", nodes, outputs: values.map((value) => ({ name: `out_${value}`, value })) };
}

function conv(name: string, source: string, rows: number, channels: number, more: object = {}): NodeSketch {
  const kernel = { shape: [rows, rows, channels, 1], data: new Array(rows * rows * channels).fill(1n) };
  const bias = { shape: [1], data: [0n] };
  const types = perTensor({ signed: true, width: 3, integer: 3 });
  return {
    op: "conv2d",
    name,
    inputs: [source],
    kernel,
    bias,
    pads: NONE,
    strides: ONE,
    dilations: ONE,
    groups: 1,
    types,
    ...more,
  } as NodeSketch;
}

const enlarge = (name: string, source: string, axis: number, indices: readonly number[]): NodeSketch => ({
  op: "gather",
  name,
  inputs: [source],
  axis,
  indices,
});
const constant = (name: string, shape: readonly number[], data: (i: number) => bigint): NodeSketch => ({
  op: "constant",
  name,
  inputs: [],
  value: { shape, data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => data(i)) },
  types: perTensor({ signed: true, width: 3, integer: 3 }),
});
const IMAGE = input("x", [4, 4, 2]);

describe("planRaster", () => {
  it("puts what follows pixel by pixel into the region of its window", () => {
    const fixed = graph(
      [IMAGE],
      [
        conv("first", "x", 3, 2, { pads: { top: 1, bottom: 1, left: 1, right: 1 } }),
        { op: "relu", name: "act", inputs: ["first"] },
        conv("point", "act", 1, 1),
        conv("second", "point", 2, 1, { strides: { rows: 2, columns: 2 } }),
        { op: "argmax", name: "which", inputs: ["second"], last: false },
      ],
      ["which", "act"],
    );
    const { parts, pace } = planRaster(fixed);
    expect(parts.map((part) => ("reads" in part ? part.nodes.map(({ name }) => name) : part.name))).toEqual([
      ["first", "act", "point"],
      ["second", "which"],
    ]);
    expect(parts.map((part) => ("reads" in part ? part.results : []))).toEqual([["act", "point"], ["which"]]);
    expect(pace).toEqual({ rowPeriod: 4, columnPeriod: 1, interval: 16 });
  });

  it("joins branches in a region of their own", () => {
    const fixed = graph(
      [IMAGE],
      [
        {
          op: "pool2d",
          name: "small",
          inputs: ["x"],
          kind: "max",
          size: { rows: 2, columns: 2 },
          strides: { rows: 2, columns: 2 },
          dilations: ONE,
          pads: NONE,
        },
        enlarge("rows", "small", 0, [0, 0, 1, 1]),
        enlarge("large", "rows", 1, [0, 0, 1, 1]),
        { op: "concat", name: "both", inputs: ["large", "x"], axis: 2 },
      ],
    );
    const { parts } = planRaster(fixed);
    expect(parts.map((part) => part.name)).toEqual(["small", "rows", "large", "both"]);
    expect(parts[3]).toMatchObject({ reads: [{ value: "large" }, { value: "x" }] });
  });

  it.each<[string, Fixed, RegExp]>([
    [
      "a whole image in one number",
      graph([IMAGE], [{ op: "reduce", name: "sum", inputs: ["x"], kind: "sum", axes: [0, 1] }]),
      /combines a whole image/,
    ],
    [
      "a flattened image",
      graph([IMAGE], [{ op: "reshape", name: "flat", inputs: ["x"], shape: [32] }]),
      /'reshape'/,
    ],
    [
      "images side by side",
      graph([IMAGE], [{ op: "concat", name: "wide", inputs: ["x", "x"], axis: 1 }]),
      /joins images side by side/,
    ],
    [
      "a transposed image",
      graph(
        [IMAGE],
        [
          conv("first", "x", 1, 2),
          { op: "transpose", name: "turned", inputs: ["x"], permutation: [1, 0, 2] },
          conv("second", "turned", 1, 2),
        ],
        ["first", "second"],
      ),
      /has rows and columns in axes 0 and 1 of what it reads, but those of 'turned' are in axes 1 and 0/,
    ],
    [
      "images one of which is transposed",
      graph(
        [IMAGE, input("y", [4, 4, 2])],
        [
          conv("first", "x", 1, 2),
          conv("second", "y", 1, 2),
          { op: "transpose", name: "turned", inputs: ["second"], permutation: [1, 0, 2] },
          { op: "add", name: "sum", inputs: ["first", "turned"] },
        ],
      ),
      /'add' has rows and columns in axes 0 and 1 of what it reads, but those of 'turned' are in axes 1 and 0/,
    ],
    [
      "the rows of an image in one number",
      graph(
        [IMAGE],
        [conv("first", "x", 1, 2), { op: "reduce", name: "sum", inputs: ["first"], kind: "sum", axes: [0] }],
      ),
      /combines the rows of an image/,
    ],
    [
      "a position of the largest in a column",
      graph(
        [IMAGE],
        [
          conv("first", "x", 1, 2),
          { op: "transpose", name: "turned", inputs: ["first"], permutation: [0, 2, 1] },
          { op: "argmax", name: "where", inputs: ["turned"], last: false },
        ],
      ),
      /'argmax' combines the columns of an image/,
    ],
    [
      "an image spread over a larger one",
      graph(
        [input("x", [1, 4, 2])],
        [conv("c", "x", 1, 2), { op: "expand", name: "large", inputs: ["c"], shape: [4, 4, 1] }],
      ),
      /'expand' spreads an image over a larger one/,
    ],
    [
      "a reshaped image",
      graph([IMAGE], [{ op: "reshape", name: "apart", inputs: ["x"], shape: [2, 8, 2] }]),
      /'reshape' takes an image apart/,
    ],
    [
      "a sum of constants",
      graph(
        [IMAGE],
        [
          constant("k", [4, 4, 2], () => 1n),
          { op: "add", name: "sum", inputs: ["k", "k"] },
          { op: "add", name: "y", inputs: ["x", "sum"] },
        ],
      ),
      /'add' reads constants only/,
    ],
    [
      "a constant that is not the same at all pixels",
      graph(
        [IMAGE],
        [constant("k", [4, 4, 2], (i) => BigInt(i % 3)), { op: "add", name: "y", inputs: ["x", "k"] }],
      ),
      /differs between pixels/,
    ],
    [
      "an output that is the same for every event",
      graph([IMAGE], [constant("k", [4, 4, 2], () => 1n)]),
      /it is the same for every event/,
    ],
    [
      "a mirrored image",
      graph(
        [IMAGE],
        [
          {
            op: "slice",
            name: "back",
            inputs: ["x"],
            starts: [3, 0, 0],
            steps: [-1, 1, 1],
            shape: [4, 4, 2],
          },
        ],
      ),
      /mirrors an image/,
    ],
    [
      "rows in another order",
      graph([IMAGE], [enlarge("mixed", "x", 0, [1, 0, 2, 3])]),
      /takes rows in another order/,
    ],
    [
      "inputs of other sizes",
      graph([IMAGE, input("y", [4, 5, 2])], [conv("c", "x", 1, 2), conv("d", "y", 1, 2)], ["c", "d"]),
      /it has 4 × 5 pixels, input 'x' has 4 × 4; raster firmware takes images of one size/,
    ],
    [
      "an input that is no image",
      graph([input("x", [4, 4])], [{ op: "relu", name: "r", inputs: ["x"] }]),
      /its shape is \[4, 4\]; raster firmware takes images of rows, columns and channels/,
    ],
    [
      "images of different rates",
      graph(
        [IMAGE],
        [
          conv("half", "x", 1, 2, { strides: { rows: 2, columns: 2 } }),
          conv("corner", "x", 3, 2),
          { op: "concat", name: "both", inputs: ["half", "corner"], axis: 2 },
        ],
      ),
      /different rates: 'half' \(stride 2 × 2\) and 'corner' \(stride 1 × 1\)/,
    ],
  ])("refuses %s and names the node", (_, fixed, message) => {
    expect(() => planRaster(fixed)).toThrow(message);
    expect(() => planRaster(fixed)).toThrow(
      expect.objectContaining({ exitCode: 2, where: expect.stringMatching(/^(node|input|output) '/) }),
    );
  });
});
