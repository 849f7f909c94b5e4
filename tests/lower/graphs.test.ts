import { expect, it } from "vitest";
import { parseFixed, printFixed } from "../../src/ir/fixed/text.js";
import { chooseArchitecture } from "../../src/lower/choose.js";
import { FABRICS } from "../../src/lower/delay.js";
import { lower } from "../../src/lower/index.js";
import { mistakeOf } from "../support/mistake.js";

const TEXT = `l1c fixed "graph"

graph main {
  %x : [3, 2] fixed<3,3> -4..3 = input()
  %index : [5] ufixed<2,2> 0..3 = input()
  %sent : [5, 2] fixed<3,3> -4..3 = index_select(%x, %index)
  %got : [3, 2] fixed<6,6> -20..15 = scatter(%sent, %index) {kind = sum, rows = 3}
  %most : [3, 2] fixed<3,3> -4..3 = scatter(%sent, %index) {kind = max, rows = 3}
  return got = %got
  return most = %most
}
`;

it("graphs are read back from their text", () => {
  expect(printFixed(parseFixed(TEXT, "graph"))).toBe(TEXT);
});

it("there is no firmware for graphs yet, whichever is asked for", () => {
  const fixed = parseFixed(TEXT, "graph");
  const message = /node 'sent': firmware for graphs is not made yet: 'index_select'/;
  for (const architecture of [undefined, "parallel", "stream", "raster"] as const) {
    expect(mistakeOf(() => chooseArchitecture(fixed, { ...(architecture && { architecture }) }))).toMatch(
      message,
    );
  }
  expect(
    mistakeOf(() => lower(fixed, { architecture: "parallel", period: 3, delays: FABRICS["ultrascale+"] })),
  ).toMatch(message);
});
