import { describe, expect, it } from "vitest";
import type { FixedInput } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { verifyFixed } from "../../../src/ir/fixed/verify.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import { type Difference, type United, unite } from "../../../src/lower/graph/unite.js";
import type { RegionGraph } from "../../../src/lower/region.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { Random } from "../../support/random.js";
import { randomInputs } from "../../support/random-fixed.js";

const FIRST = `
  %x : [1, 2] fixed<3,3> -4..3 = input()
  %sum : [1, 2] channel[fixed<5,5>, fixed<5,5>] channel[-10..9, -9..12] = dense(%x) {kernel = tensor<2x2>[1, 2, -1, 1], bias = tensor<2>[-3, 3]}
  %q : [1, 2] fixed<4,4> channel[-8..7, -8..7] = requantize(%sum) {rounding = TRN, overflow = SAT}
  %f : [1, 2] fixed<4,4> channel[-8..7, -8..7] = table(%q) {tables = {low = -8, entries = [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]}}
`;

/** The region of some nodes; its bounds and types follow from those of its inputs. */
function region(nodes: string, results: readonly string[]): RegionGraph {
  const text = `l1c fixed "region"\n\ngraph main {${nodes}  return ${results.map((name) => `${name} = %${name}`).join(", ")}\n}\n`;
  const { nodes: all } = parseFixed(text, "region");
  return {
    name: all[1]?.name as string,
    inputs: all.filter((node): node is FixedInput => node.op === "input"),
    nodes: all.filter(({ op }) => op !== "input"),
    results: all.filter(({ name }) => results.includes(name)),
  };
}

/** Nodes under other names: %x.2 for %x. */
const again = (nodes: string) => nodes.replaceAll(/%(\w+)/g, "%$1_2");

const united = (a: RegionGraph, b: RegionGraph) => {
  const found = unite(a, b);
  expect(
    found.kind,
    JSON.stringify(found, (_, part) => (typeof part === "bigint" ? `${part}` : part)),
  ).toBe("united");
  return found as United;
};

const difference = (a: RegionGraph, b: RegionGraph) => {
  const found = unite(a, b);
  expect(found.kind).toBe("different");
  return found as Difference;
};

/** Expects that a united region computes what one of them does, on events of that one. */
function expectComputes({ graph, places }: Pick<United, "graph" | "places">, own: RegionGraph): void {
  const fixed = ({ name, inputs, nodes, results }: RegionGraph) => ({
    name,
    nodes: [...inputs, ...nodes],
    outputs: results.map((result) => ({ name: result.name, value: result.name })),
  });
  const [all, one] = [fixed(graph), fixed(own)];
  verifyFixed(all);
  const random = new Random(1);
  for (let i = 0; i < 100; i++) {
    const event = randomInputs(random, one, 1);
    const moved = Object.fromEntries(
      graph.inputs.map(({ name, shape }, k) => {
        const from = own.inputs[k]?.name;
        return [
          name,
          from === undefined ? new Array<bigint>(sizeOf(shape)).fill(0n) : [...(event[from] ?? [])],
        ];
      }),
    );
    const found = referenceSimulator(all).run(moved);
    const wanted = referenceSimulator(one).run(
      Object.fromEntries(Object.entries(event).map(([name, value]) => [name, [...value]])),
    );
    for (const { name } of own.results) expect(found[places.get(name) ?? name]).toEqual(wanted[name]);
  }
}

/** What each region's values are called in the first one. */
const itself: ReadonlyMap<string, string> = new Map();

describe("unite", () => {
  const first = region(FIRST, ["f"]);

  it("joins the bounds of regions that do the same", () => {
    const wider = again(FIRST)
      .replace("fixed<3,3> -4..3 = input", "fixed<4,4> -5..6 = input")
      .replace(
        "channel[fixed<5,5>, fixed<5,5>] channel[-10..9, -9..12]",
        "channel[fixed<5,5>, fixed<6,6>] channel[-14..8, -12..21]",
      );
    const second = region(wider, ["f_2"]);
    const both = united(first, second);
    expect(both.graph.nodes.map(({ name }) => name)).toEqual(["sum", "q", "f"]);
    expect(both.graph.inputs[0]?.ranges.items[0]).toEqual({ lo: -5n, hi: 6n });
    expect(both.places.get("f_2")).toBe("f");
    expectComputes({ graph: both.graph, places: itself }, first);
    expectComputes(both, second);
  });

  it("keeps what only one of them does, whichever has more", () => {
    const tail = `  %more_2 : [1, 2] fixed<5,5> channel[-16..14, -16..14] = add(%f_2, %f_2)\n`;
    const second = region(again(FIRST) + tail, ["more_2"]);
    for (const [a, b] of [
      [first, second],
      [second, first],
    ] as const) {
      const both = united(a, b);
      expect(both.graph.nodes.length).toBe(4);
      expect(both.graph.results.length).toBe(2);
      expectComputes({ graph: both.graph, places: itself }, a);
      expectComputes(both, b);
    }
  });

  it("joins tables that agree, and fills between them", () => {
    const region1 = (low: number, hi: number, name: string, shift = 0) => {
      const width = 4;
      const entries = Array.from({ length: hi - low + 1 }, (_, i) => (low + i) * 2 + shift);
      const range = `${entries[0]}..${entries.at(-1)}`;
      return region(
        `
  %x${name} : [1] fixed<${width},4> ${low}..${hi} = input()
  %t${name} : [1] fixed<6,6> ${range} = table(%x${name}) {tables = {low = ${low}, entries = [${entries.join(", ")}]}}
`.replace("fixed<6,6>", typeText(entries)),
        [`t${name}`],
      );
    };
    for (const [a, b] of [
      [region1(-8, 1, ""), region1(-2, 7, "_2")],
      [region1(4, 7, ""), region1(-8, -5, "_2")],
      [region1(-8, -5, ""), region1(-4, 7, "_2")],
    ] as const) {
      const both = united(a, b);
      expectComputes({ graph: both.graph, places: itself }, a);
      expectComputes(both, b);
    }
    expect(difference(region1(-8, 1, ""), region1(-2, 7, "_2", 1))).toMatchObject({
      node: "t_2",
      closest: { node: "t", what: "tables" },
    });
  });

  it.each<[string, string, string, Partial<Difference>]>([
    [
      "weights",
      "[1, 2, -1, 1]",
      "[1, 2, -1, 0]",
      { node: "sum_2", closest: { node: "sum", what: "kernel" } },
    ],
    ["rounding", "rounding = TRN", "rounding = RND", { same: 1 }],
    ["types", "%q_2 : [1, 2] fixed<4,4>", "%q_2 : [1, 2] fixed<5,5>", { same: 1 }],
    [
      "units of inputs",
      "fixed<3,3> -4..3 = input",
      "fixed<3,2> -4..3 = input",
      { node: "x_2", closest: { node: "x", what: "units" } },
    ],
  ])("tells regions of other %s apart", (what, before, after, expected) => {
    let text = again(FIRST).replace(before, after);
    expect(text).not.toBe(again(FIRST));
    // Bounds and types that follow from what was changed.
    if (what === "weights") text = text.replace("channel[-10..9, -9..12]", "channel[-10..9, -5..9]");
    if (what === "types")
      text = text
        .replace("channel[-8..7, -8..7] = requantize", "channel[-10..9, -9..12] = requantize")
        .replace("tables = {low = -8, entries = [-8", "tables = {low = -10, entries = [-8, -8, -8")
        .replace("6, 7]}", "6, 7, 7, 7, 7, 7, 7]}");
    const second = region(text, ["f_2"]);
    const found = unite(first, second);
    if (expected.node === undefined) {
      // The weights are in both: what is behind them differs and stands there twice.
      const both = united(first, second);
      expect(both.graph.nodes.length).toBe(5);
      expectComputes({ graph: both.graph, places: itself }, first);
      expectComputes(both, second);
    } else expect(found).toMatchObject({ kind: "different", ...expected });
  });
});

function typeText(entries: readonly number[]): string {
  const [lo, hi] = [Math.min(...entries), Math.max(...entries)];
  const bits = (n: number) => (n === 0 ? 0 : Math.floor(Math.log2(n)) + 1);
  if (lo >= 0) return `ufixed<${bits(hi)},${bits(hi)}>`;
  const width = Math.max(bits(-lo - 1), bits(Math.max(0, hi))) + 1;
  return `fixed<${width},${width}>`;
}
