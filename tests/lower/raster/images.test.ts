import { describe, expect, it } from "vitest";
import { completeNode, type NodeSketch } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { perTensor } from "../../../src/ir/granular.js";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { imagesOf } from "../../../src/lower/raster/images.js";
import { mistakeOf } from "../../support/mistake.js";
import { compareByInterpreter } from "../../support/stream.js";

/** A model of PyTorch: channels first at its ports, last inside. */
const TEXT = `l1c fixed "channels first"

graph main {
  %x : [2, 3, 4] fixed<3,3> -4..3 = input() {rounding = RND, overflow = SAT}
  %turned : [3, 4, 2] fixed<3,3> -4..3 = transpose(%x) {permutation = [1, 2, 0]}
  %again : [3, 4, 2] fixed<3,3> -4..3 = transpose(%x) {permutation = [1, 2, 0]}
  %relu : [3, 4, 2] ufixed<2,2> 0..3 = relu(%turned)
  %sum : [3, 4, 2] fixed<4,4> -4..6 = add(%relu, %again)
  %y : [2, 3, 4] fixed<4,4> -4..6 = transpose(%sum) {permutation = [2, 0, 1]}
  return y = %y
  return relu = %relu
}
`;

const raster = (text: string) =>
  lower(parseFixed(text, "text"), { architecture: "raster", period: 5, delays: FABRICS["ultrascale+"] });

describe("a model with channels first", () => {
  it("has images inside, and packs its ports in its own order", () => {
    const fixed = parseFixed(TEXT, "text");
    const { fixed: images } = imagesOf(fixed);
    expect(images.nodes.map(({ name, shape }) => [name, shape.join()])).toEqual([
      ["x", "3,4,2"],
      ["relu", "3,4,2"],
      ["sum", "3,4,2"],
    ]);
    expect(images.outputs).toEqual([
      { name: "y", value: "sum" },
      { name: "relu", value: "relu" },
    ]);
    const lowered = raster(TEXT);
    const packed = [...lowered.inputs, ...lowered.outputs].map(({ name, packing }) => [
      name,
      packing.kind === "raster" && [packing.shape, packing.axes],
    ]);
    expect(packed).toEqual([
      [
        "x",
        [
          [2, 3, 4],
          [1, 2],
        ],
      ],
      [
        "y",
        [
          [2, 3, 4],
          [1, 2],
        ],
      ],
      [
        "relu",
        [
          [3, 4, 2],
          [0, 1],
        ],
      ],
    ]);
    expect(compareByInterpreter(fixed, lowered, 9, 1)).toMatchObject({ equal: true, bitsDiffering: 0 });
  });

  it("may have pointwise nodes before the images", () => {
    const each = (a: number, b: number) => [...Array(12).fill(a), ...Array(12).fill(b)].join(", ");
    const scaled = `  %scaled : [2, 3, 4] fixed<6,6> -16..17 = affine(%x) {multiplier = element[${each(3, -4)}], offset = element[${each(1, 1)}]}
  %act : [2, 3, 4] ufixed<5,5> 0..17 = relu(%scaled)
`;
    const text = TEXT.replace("  %turned", `${scaled}  %turned`)
      .replaceAll("transpose(%x)", "transpose(%act)")
      .replaceAll("[3, 4, 2] fixed<3,3> -4..3", "[3, 4, 2] ufixed<5,5> 0..17")
      .replace("ufixed<2,2> 0..3 = relu", "ufixed<5,5> 0..17 = relu")
      .replaceAll("fixed<4,4> -4..6", "ufixed<6,6> 0..34");
    const fixed = parseFixed(text, "text");
    const { fixed: images } = imagesOf(fixed);
    expect(images.nodes.find(({ name }) => name === "scaled")).toMatchObject({
      shape: [3, 4, 2],
      multiplier: { per: "channel", items: [3n, -4n] },
      offset: { per: "tensor", items: [1n] },
    });
    expect(compareByInterpreter(fixed, raster(text), 9, 3)).toMatchObject({ equal: true });
    // Two pixels of a channel that are not alike.
    const uneven = text.replace("element[3, 3", "element[3, 2");
    expect(mistakeOf(() => raster(uneven))).toContain("'affine' does not do the same at all pixels");
  });

  it("may state for each column what is the same for all", () => {
    const text = `l1c fixed "columns"

graph main {
  %x : [2, 3, 2] ufixed<2,2> 0..3 = input() {rounding = RND, overflow = SAT}
  %sum : [2, 3] ufixed<3,3> channel[0..6, 0..6, 0..6] = reduce(%x) {kind = sum, axes = [2]}
  %y : [2, 3] ufixed<1,1> 0..1 = threshold(%sum) {levels = [4, 4, 4]}
  return y = %y
}
`;
    expect(compareByInterpreter(parseFixed(text, "text"), raster(text), 9, 2)).toMatchObject({ equal: true });
    const other = text.replace("[4, 4, 4]", "[4, 4, 5]");
    expect(mistakeOf(() => raster(other))).toContain("node 'y'");
    expect(mistakeOf(() => raster(other))).toContain("'threshold' does not do the same at all pixels");
  });

  it("may give what it takes, and take what it gives", () => {
    const read = TEXT.replace("return relu = %relu", "return x = %x");
    expect(axesOf(raster(read))).toEqual({ x: [1, 2], y: [1, 2] });
    expect(compareByInterpreter(parseFixed(read, "text"), raster(read), 9, 4)).toMatchObject({ equal: true });
  });

  it("may have rows and columns in any order where nothing says which they are", () => {
    const mirrored = TEXT.replaceAll("permutation = [1, 2, 0]", "permutation = [2, 1, 0]")
      .replaceAll("[3, 4, 2]", "[4, 3, 2]")
      .replace("permutation = [2, 0, 1]", "permutation = [2, 1, 0]");
    expect(compareByInterpreter(parseFixed(mirrored, "text"), raster(mirrored), 9, 4)).toMatchObject({
      equal: true,
    });
  });

  it("may have one channel, of which transposes make reshapes", () => {
    const text = `l1c fixed "one channel"

graph main {
  %x : [1, 3, 4] fixed<3,3> -4..3 = input() {rounding = RND, overflow = SAT}
  %image : [3, 4, 1] fixed<3,3> -4..3 = reshape(%x)
  %pool : [3, 4, 1] fixed<3,3> -4..3 = pool2d(%image) {kind = max, size = [3, 3], strides = [1, 1], dilations = [1, 1], pads = [1, 1, 1, 1]}
  %back : [1, 3, 4] fixed<3,3> -4..3 = reshape(%pool)
  %sum : [1, 3, 4] fixed<4,4> -8..6 = add(%x, %back)
  %y : [1, 3, 4] ufixed<1,1> 0..1 = threshold(%sum) {levels = [1, 1, 1, 1]}
  return y = %y
}
`;
    const lowered = raster(text);
    expect(axesOf(lowered)).toEqual({ x: [1, 2], y: [1, 2] });
    expect(imagesOf(parseFixed(text, "text")).fixed.nodes.map(({ name }) => name)).toEqual([
      "x",
      "pool",
      "sum",
      "y",
    ]);
    expect(compareByInterpreter(parseFixed(text, "text"), lowered, 9, 5)).toMatchObject({ equal: true });
  });

  it("may have a level for each channel behind the last transpose", () => {
    const levels = (a: string) =>
      TEXT.replace(
        "  return y = %y",
        `  %over : [2, 3, 4] ufixed<1,1> 0..1 = threshold(%y) {levels = [${a}]}\n  return y = %over`,
      );
    const text = levels("2, 2, 2, 2");
    expect(compareByInterpreter(parseFixed(text, "text"), raster(text), 9, 6)).toMatchObject({ equal: true });
    expect(mistakeOf(() => raster(levels("2, 2, 2, 3")))).toContain(
      "'threshold' does not do the same at all pixels",
    );
  });

  it("may state what differs between channels of several axes", () => {
    const multipliers = [1, 5, 3, 2].flatMap((k) => new Array(12).fill(k)).join(", ");
    const text = `l1c fixed "levels"

graph main {
  %x : [2, 2, 3, 4] ufixed<2,2> 0..3 = input() {rounding = RND, overflow = SAT}
  %scaled : [2, 2, 3, 4] ufixed<4,4> 0..15 = affine(%x) {multiplier = element[${multipliers}], offset = 0}
  %turned : [3, 4, 2, 2] ufixed<4,4> 0..15 = transpose(%scaled) {permutation = [2, 3, 1, 0]}
  %part : [3, 4, 2] ufixed<5,5> 0..30 = reduce(%turned) {kind = sum, axes = [3]}
  %last : [3, 4, 2, 2] ufixed<4,4> 0..15 = transpose(%turned) {permutation = [0, 1, 3, 2]}
  %over : [3, 4, 2, 2] ufixed<1,1> 0..1 = threshold(%last) {levels = [1, 2]}
  return part = %part
  return over = %over
}
`;
    expect(axesOf(raster(text))).toMatchObject({ x: [2, 3] });
    expect(compareByInterpreter(parseFixed(text, "text"), raster(text), 9, 7)).toMatchObject({ equal: true });
    const uneven = text.replace("element[1, 1", "element[1, 2");
    expect(mistakeOf(() => raster(uneven))).toContain("'affine' does not do the same at all pixels");
  });

  it("may pad, join, choose and reduce before its first image", () => {
    const text = `l1c fixed "first"

graph main {
  %x : [2, 3, 4] fixed<3,3> 1..3 = input() {rounding = RND, overflow = SAT}
  %padded : [2, 4, 6] fixed<3,3> 0..3 = pad(%x) {before = [0, 1, 0], after = [0, 0, 2]}
  %twice : [2, 8, 6] fixed<3,3> 0..3 = gather(%padded) {axis = 1, indices = [0, 0, 1, 1, 2, 2, 3, 3]}
  %both : [4, 8, 6] fixed<3,3> 0..3 = concat(%twice, %twice) {axis = 0}
  %some : [3, 8, 6] fixed<3,3> 0..3 = gather(%both) {axis = 0, indices = [3, 0, 1]}
  %sum : [8, 6] fixed<5,5> 0..9 = reduce(%some) {kind = sum, axes = [0]}
  %again : [1, 8, 6] fixed<5,5> 0..9 = reshape(%sum)
  %image : [8, 6, 1] fixed<5,5> 0..9 = reshape(%again)
  %pool : [8, 6, 1] fixed<5,5> 0..9 = pool2d(%image) {kind = max, size = [2, 2], strides = [1, 1], dilations = [1, 1], pads = [1, 0, 1, 0]}
  return y = %pool
  return sum = %sum
  return padded = %padded
}
`;
    expect(axesOf(raster(text))).toEqual({ x: [1, 2], y: [0, 1], sum: [0, 1], padded: [1, 2] });
    expect(compareByInterpreter(parseFixed(text, "text"), raster(text), 9, 8)).toMatchObject({ equal: true });
  });

  it("may have bounds and types of their own in the padding", () => {
    const x = { ...parseFixed(TEXT, "text").nodes[0], shape: [1, 2, 2] } as FixedNode;
    const add = (sketch: NodeSketch, ...inputs: FixedNode[]) => completeNode(sketch, inputs);
    const ranges = perTensor({ lo: 1n, hi: 3n });
    const types = perTensor({ signed: true, width: 4, integer: 4 });
    const low = { ...x, ranges } as FixedNode;
    const padded = add(
      { op: "pad", name: "padded", inputs: ["x"], before: [0, 1, 0], after: [0, 0, 1] },
      low,
    );
    const turned = add({ op: "reshape", name: "turned", inputs: ["padded"], shape: [3, 3, 1] }, padded);
    const size = { rows: 2, columns: 2 };
    const pool = add(
      {
        op: "pool2d",
        name: "pool",
        inputs: ["turned"],
        kind: "sum",
        size,
        strides: { rows: 1, columns: 1 },
        dilations: { rows: 1, columns: 1 },
        pads: { top: 0, bottom: 0, left: 0, right: 0 },
      },
      turned,
    );
    const less = add(
      {
        op: "affine",
        name: "less",
        inputs: ["padded"],
        multiplier: perTensor(3n),
        offset: perTensor(1n),
        types,
      },
      padded,
    );
    const fixed: Fixed = {
      name: "padding",
      nodes: [low, padded, turned, pool, less],
      outputs: ["padded", "pool", "less"].map((value) => ({ name: value, value })),
    };
    // The last column holds zeros only.
    expect(padded.ranges.per).toBe("channel");
    const lowered = lower(fixed, { architecture: "raster", period: 5, delays: FABRICS["ultrascale+"] });
    expect(axesOf(lowered)).toEqual({ x: [1, 2], padded: [1, 2], pool: [0, 1], less: [1, 2] });
    expect(compareByInterpreter(fixed, lowered, 9, 9)).toMatchObject({ equal: true });
  });

  it("is an image of the size of the others where nothing tells its axes", () => {
    const text = TEXT.replace(
      "  %turned",
      "  %z : [4, 3, 4] fixed<3,3> -4..3 = input() {rounding = RND, overflow = SAT}\n  %turned",
    ).replace("return relu = %relu", "return z = %z");
    expect(axesOf(raster(text))).toEqual({ x: [1, 2], y: [1, 2], z: [1, 2] });
  });
});

const axesOf = ({ inputs, outputs }: Lowered) =>
  Object.fromEntries(
    [...inputs, ...outputs].map(({ name, packing }) => [name, packing.kind === "raster" && packing.axes]),
  );
