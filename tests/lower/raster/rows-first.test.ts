import { describe, expect, it } from "vitest";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { rowsFirst } from "../../../src/lower/raster/rows-first.js";
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
    const { fixed: images } = rowsFirst(fixed);
    expect(images.nodes.map(({ name, shape }) => [name, shape.join()])).toEqual([
      ["x", "3,4,2"],
      ["relu", "3,4,2"],
      ["sum", "3,4,2"],
      ["y", "2,3,4"],
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
    const { fixed: images } = rowsFirst(fixed);
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

  it("is refused where something reads it as it comes", () => {
    const read = TEXT.replace("add(%relu, %again)", "add(%relu, %turned)").replace(
      "return relu = %relu",
      "return x = %x",
    );
    expect(mistakeOf(() => raster(read))).toContain("'transpose' turns an image round");
  });

  it("is refused where rows and columns change places", () => {
    const mirrored = TEXT.replaceAll("permutation = [1, 2, 0]", "permutation = [2, 1, 0]")
      .replaceAll("[3, 4, 2]", "[4, 3, 2]")
      .replace("permutation = [2, 0, 1]", "permutation = [2, 1, 0]");
    expect(mistakeOf(() => raster(mirrored))).toContain("'transpose' turns an image round");
  });
});
