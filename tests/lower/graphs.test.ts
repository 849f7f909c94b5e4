import { expect, it } from "vitest";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { FixedNode } from "../../src/ir/fixed/fixed.js";
import { parseFixed, printFixed } from "../../src/ir/fixed/text.js";
import { type Interval, typeOfUnit } from "../../src/ir/fixed-point.js";
import { perTensor } from "../../src/ir/granular.js";
import { ONE } from "../../src/ir/ratio.js";
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

it("a graph is no image", () => {
  const fixed = parseFixed(TEXT, "graph");
  const refused = /node 'sent': (stream|rast)\S* firmware takes images; 'index_select' takes rows at indices/;
  const options = { period: 3, delays: FABRICS["ultrascale+"] };
  for (const own of [{ architecture: "raster" }, { architecture: "stream", axis: 1, columns: 1 }] as const)
    expect(mistakeOf(() => lower(fixed, { ...own, ...options }))).toMatch(refused);
});

it("a large graph is refused in one clock by its size at once", () => {
  const input = (name: string, shape: readonly number[], range: Interval): FixedNode => ({
    ...{ op: "input", name, shape, inputs: [], rounding: "RND", overflow: "SAT" },
    ...{ types: perTensor(typeOfUnit(range, ONE)), ranges: perTensor(range) },
  });
  const x = input("x", [448, 40], { lo: -128n, hi: 127n });
  const index = input("index", [896], { lo: 0n, hi: 511n });
  const sent = completeNode({ op: "index_select", name: "sent", inputs: ["x", "index"] }, [x, index]);
  const fixed = { name: "large", nodes: [x, index, sent], outputs: [{ name: "sent", value: "sent" }] };
  const start = performance.now();
  const message = mistakeOf(() =>
    lower(fixed, { architecture: "parallel", period: 3, delays: FABRICS["ultrascale+"] }),
  );
  expect(performance.now() - start).toBeLessThan(1000);
  expect(message).toMatch(/layer 'sent': too large .*: 16056320 terms in all/);
  expect(message).toMatch(/architecture: graph .*graph\.nodes, graph\.edges/);
});
