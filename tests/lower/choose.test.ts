import { describe, expect, it } from "vitest";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { chooseArchitecture } from "../../src/lower/choose.js";
import { readGolden } from "../support/golden.js";

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

  it("is what is asked for", () => {
    const asked = { reason: "asked for" };
    expect(chooseArchitecture(chain, { architecture: "parallel" })).toEqual({
      ...asked,
      architecture: "parallel",
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
});
