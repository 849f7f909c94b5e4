import { describe, expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { type Asked, chooseArchitecture } from "../../src/lower/choose.js";
import { readGolden } from "../support/golden.js";
import { mistakeOf } from "../support/mistake.js";
import { smallNetwork } from "../support/small-network.js";

const chain = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
const relu = parseFixed(
  `l1c fixed "relu"

graph main {
  %x : [2, 5, 1] fixed<3,3> -4..3 = input() {rounding = RND, overflow = SAT}
  %y : [2, 5, 1] ufixed<2,2> 0..3 = relu(%x)
  return y = %y
}
`,
  "relu",
);
const vector = parseFixed(
  `l1c fixed "vector"

graph main {
  %x : [5] fixed<3,3> -4..3 = input() {rounding = RND, overflow = SAT}
  %y : [5] ufixed<2,2> 0..3 = relu(%x)
  return y = %y
}
`,
  "vector",
);

const shorter = parseFixed(
  `l1c fixed "shorter"

graph main {
  %x : [1, 4, 1] ufixed<1,1> 0..1 = input()
  %y : [1, 2, 1] ufixed<2,2> 0..3 = conv2d(%x) {pads = [0, 0, 0, 0], kernel = tensor<1x3x1x1>[1, 1, 1], bias = tensor<1>[0]}
  return y = %y
}
`,
  "shorter",
);

/** An image of 700 × 700 that comes out at half size, or added up. */
const large = (end: string, shape: string) =>
  parseFixed(
    `l1c fixed "large"

graph main {
  %x : [700, 700, 1] ufixed<1,1> 0..1 = input()
  %half : [350, 350, 1] ufixed<1,1> 0..1 = pool2d(%x) {kind = max, size = [2, 2], strides = [2, 2], pads = [0, 0, 0, 0]}
  %relu : [700, 700, 1] ufixed<1,1> 0..1 = relu(%x)
  %end : ${shape} = ${end}
  return half = %half
  return end = %end
}
`,
    "large",
  );

describe("the architecture", () => {
  it("is a stream of one column a beat for a chain of image convolutions", () => {
    expect(chooseArchitecture(chain, {})).toEqual({
      architecture: "stream",
      axis: 1,
      columns: 1,
      reason: "a chain of image convolutions",
    });
  });

  it("is parallel for what does not stream, and says why", () => {
    expect(chooseArchitecture(relu, {})).toEqual({
      architecture: "parallel",
      reason: "no stream: it has no convolution",
    });
    expect(chooseArchitecture(vector, {})).toEqual({
      architecture: "parallel",
      reason: "no stream: input 'x': streaming firmware takes an image (rows, columns, channels), found [5]",
    });
    expect(chooseArchitecture(shorter, {}).reason).toBe(
      "no stream: node 'y': along the stream the image changes from 4 to 2 columns",
    );
  });

  it("is a raster for images that are too large for one clock", () => {
    expect(chooseArchitecture(large("relu(%relu)", "[700, 700, 1] ufixed<1,1> 0..1"), {})).toEqual({
      architecture: "raster",
      reason:
        "layer 'relu': too large to be computed whole in one clock: 612500 values in all, of which layer 'relu' has 490000; the limit is 400000",
    });
  });

  it("is none for a large graph that is no raster, with the reasons", () => {
    const sum = large("reduce(%relu) {kind = sum, axes = [0, 1]}", "[1] ufixed<19,19> 0..490000");
    const message = mistakeOf(() => chooseArchitecture(sum, {}));
    expect(message.split("\n").map((line) => line.trim())).toEqual([
      "model 'large': it fits no architecture",
      expect.stringMatching(
        /^parallel: layer 'relu': too large to be computed whole in one clock: 612501 values/,
      ),
      "raster: node 'end': raster firmware computes pixel by pixel; 'reduce' combines a whole image",
      "stream: model 'large': streaming firmware takes one input and gives one output; this model has 1 and 2",
      "Make the model smaller, or change what the raster does not take.",
    ]);
  });

  it("is what is asked for", () => {
    const asked = { reason: "asked for" };
    expect(chooseArchitecture(chain, { architecture: "parallel" })).toEqual({
      ...asked,
      architecture: "parallel",
    });
    expect(chooseArchitecture(vector, { architecture: "raster" })).toEqual({
      ...asked,
      architecture: "raster",
    });
    expect(chooseArchitecture(vector, { architecture: "stream" })).toEqual({
      ...asked,
      architecture: "stream",
      axis: 1,
      columns: 1,
    });
    expect(chooseArchitecture(chain, { stream: { axis: 0, columns: 2 } })).toEqual({
      ...asked,
      architecture: "stream",
      axis: 0,
      columns: 2,
    });
  });

  describe("of a network on graphs", () => {
    const all = { itemsPerClock: { edges: 6 } };

    it("is graph firmware, or parallel where all edges come in one clock", () => {
      const chosen = { architecture: "graph", reason: "a network on graphs" };
      expect(chooseArchitecture(smallNetwork(), {})).toMatchObject(chosen);
      expect(chooseArchitecture(smallNetwork(), all).architecture).toBe("parallel");
    });

    it("is graph firmware where iterations share hardware", () => {
      expect(chooseArchitecture(smallNetwork(), { ...all, iterations: "shared" })).toMatchObject({
        architecture: "graph",
        iterations: "shared",
      });
      expect(chooseArchitecture(smallNetwork(), { ...all, iterations: "unrolled" }).architecture).toBe(
        "parallel",
      );
    });

    it("refuses to share hardware in other firmware", () => {
      const message = "graph.iterations: iterations share hardware in graph firmware only, not in 'parallel'";
      const asked = { iterations: "shared" } as const;
      expect(mistakeOf(() => chooseArchitecture(vector, asked))).toContain(message);
      expect(
        mistakeOf(() => chooseArchitecture(smallNetwork(), { ...asked, architecture: "parallel" })),
      ).toContain(message);
    });

    it("refuses edges and nodes in each clock where all come at once, or none", () => {
      const refusal = (fixed: Fixed, asked: Asked) => mistakeOf(() => chooseArchitecture(fixed, asked));
      const only = (one: string, architecture: string) =>
        `graph.${one}_per_clock: ${one} come a few in each clock in graph firmware only, not in '${architecture}'`;
      expect(refusal(smallNetwork(), { ...all, architecture: "parallel" })).toContain(
        only("edges", "parallel"),
      );
      expect(refusal(vector, { itemsPerClock: { nodes: 2 } })).toContain(only("nodes", "parallel"));
      expect(refusal(chain, all)).toContain(only("edges", "stream"));
      expect(refusal(smallNetwork(), { itemsPerClock: { edges: 7 } })).toContain(
        "graph.edges_per_clock: 7 edges a clock, but the largest graph has 6",
      );
    });
  });
});
