import { describe, expect, it } from "vitest";
import type { Family } from "../../../src/lower/graph/families.js";
import { beatsOf, parallelismOf } from "../../../src/lower/graph/pace.js";
import { mistakeOf } from "../../support/mistake.js";

const families: readonly Family[] = [
  { role: "edges", items: 256 },
  { role: "nodes", items: 128 },
  { role: "event", items: 1 },
];

describe("parallelismOf", () => {
  it.each([
    [{}, { edges: 8, nodes: 4 }],
    [{ edges: 16 }, { edges: 16, nodes: 8 }],
    [{ edges: 7 }, { edges: 7, nodes: 4 }],
    [{ edges: 256 }, { edges: 256, nodes: 128 }],
    [
      { edges: 8, nodes: 1 },
      { edges: 8, nodes: 1 },
    ],
    [
      { edges: 8, nodes: 128 },
      { edges: 8, nodes: 128 },
    ],
  ])("of %o is %o", (asked, parallelism) => {
    expect(parallelismOf(families, asked)).toEqual(parallelism);
  });

  it.each([
    [{ edges: 257 }, "graph.edges_per_clock: 257 edges a clock, but the largest graph has 256"],
    [{ nodes: 300 }, "graph.nodes_per_clock: 300 nodes a clock, but the largest graph has 128"],
    [{ nodes: 12 }, "graph.nodes_per_clock: 12 nodes a clock is no power of two"],
  ])("refuses %o", (asked, message) => {
    expect(mistakeOf(() => parallelismOf(families, asked))).toContain(message);
  });

  it("takes all of a small graph where nothing is asked for", () => {
    const small: readonly Family[] = [
      { role: "edges", items: 5 },
      { role: "nodes", items: 3 },
    ];
    expect(parallelismOf(small, {})).toEqual({ edges: 5, nodes: 3 });
  });
});

describe("beatsOf", () => {
  it("counts the clocks of a family's items; an event is one item", () => {
    const parallelism = { edges: 7, nodes: 4 };
    expect(families.map((family) => beatsOf(family, parallelism))).toEqual([
      { items: 256, lanes: 7, beats: 37 },
      { items: 128, lanes: 4, beats: 32 },
      { items: 1, lanes: 1, beats: 1 },
    ]);
  });
});
