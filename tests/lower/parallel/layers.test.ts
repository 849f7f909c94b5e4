import { describe, expect, it } from "vitest";
import { completeNode } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import type { FixedType, Interval } from "../../../src/ir/fixed-point.js";
import { mistakeOf } from "../../support/mistake.js";
import { expectEqual, lowerWhole } from "../../support/parallel.js";
import { Random } from "../../support/random.js";

const TYPE: FixedType = { signed: true, width: 4, integer: 4 };
const ONE = { rows: 1, columns: 1 };

function input(
  name: string,
  shape: readonly number[],
  range: Interval = { lo: -8n, hi: 7n },
  type = TYPE,
): FixedNode {
  return {
    op: "input",
    name,
    inputs: [],
    shape,
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [range] },
    rounding: "RND",
    overflow: "SAT",
  };
}

/** A graph from inputs and sketches of nodes; its last node is the output. */
function graph(inputs: readonly FixedNode[], ...sketches: readonly Record<string, unknown>[]): Fixed {
  const nodes = [...inputs];
  for (const sketch of sketches) {
    const operands = (sketch.inputs as readonly string[]).map(
      (name) => nodes.find((node) => node.name === name) as FixedNode,
    );
    nodes.push(completeNode({ types: { per: "tensor", items: [TYPE] }, ...sketch } as never, operands));
  }
  return { name: "net", nodes, outputs: [{ name: "y", value: nodes.at(-1)?.name as string }] };
}

const conv = (name: string, from: string, pads: number, weights = [1n, 2n, 0n, -3n]) => ({
  op: "conv2d",
  name,
  inputs: [from],
  kernel: { shape: [2, 2, 1, 1], data: weights },
  bias: { shape: [1], data: [1n] },
  pads: { top: pads, bottom: pads, left: pads, right: pads },
  strides: ONE,
  dilations: ONE,
  groups: 1,
});
const bits = (name: string, from: string, own: object = {}) => ({
  op: "requantize",
  name,
  inputs: [from],
  rounding: "RND",
  overflow: "SAT",
  types: { per: "tensor", items: [{ signed: false, width: 3, integer: 4 }] },
  ...own,
});

const moduleNames = (fixed: Fixed) => lowerWhole(fixed).circuit.modules.map(({ name }) => name);

describe("the layers of parallel firmware", () => {
  it("are one site module for all positions, the padded ones too, with what follows behind the sum", () => {
    const fixed = graph(
      [input("x", [4, 5, 1])],
      conv("conv", "x", 1),
      { op: "relu", name: "relu", inputs: ["conv"] },
      bits("q", "relu"),
    );
    const lowered = lowerWhole(fixed, 320, 0);
    expect(lowered.circuit.modules.map(({ name }) => name)).toEqual(["net_conv_site", "net_conv", "net"]);
    expect(lowered.layers).toMatchObject([
      { name: "conv", nodes: ["conv", "relu", "q"], module: "net_conv", copies: 30 },
    ]);
    expectEqual(fixed, lowered, new Random(1), 40);
  });

  it("see through a reshape, as a convolution of one dimension has it", () => {
    const fixed = graph(
      [input("x", [6, 1])],
      { op: "reshape", name: "image", inputs: ["x"], shape: [1, 6, 1] },
      {
        ...conv("conv", "image", 0),
        kernel: { shape: [1, 3, 1, 2], data: [1n, 2n, 3n, -1n, 5n, 0n] },
        bias: { shape: [2], data: [0n, 3n] },
      },
      { op: "reshape", name: "line", inputs: ["conv"], shape: [4, 2] },
      bits("q", "line"),
    );
    const lowered = lowerWhole(fixed);
    expect(lowered.layers.map(({ nodes }) => nodes)).toEqual([["conv", "q"]]);
    expectEqual(fixed, lowered, new Random(2), 40);
  });

  it("are one module for all where every element differs", () => {
    const items = Array.from(
      { length: 90 },
      (_, i): FixedType => ({ signed: false, width: 1 + (i % 30), integer: 4 }),
    );
    const fixed = graph([input("x", [90, 1])], bits("q", "x", { types: { per: "element", items } }));
    expect(moduleNames(fixed)).toEqual(["net_q", "net"]);
  });

  it("take a number that comes to several places once, behind movements too", () => {
    const fixed = graph(
      [input("x", [30, 3]), input("factor", [30, 1])],
      { op: "expand", name: "all", inputs: ["factor"], shape: [30, 3] },
      { op: "multiply", name: "product", inputs: ["x", "all"] },
    );
    const lowered = lowerWhole(fixed);
    const site = lowered.circuit.modules.find(({ name }) => name === "net_product_site");
    const inputs = site?.wires.filter(({ cell }) => cell.op === "input");
    expect(inputs?.map(({ name, width }) => [name, width])).toEqual([
      ["in_x", 12],
      ["in_all", 4],
    ]);
    expectEqual(fixed, lowered, new Random(8), 20);
  });

  it("wait for a longer branch in registers, and several inputs and outputs come in one cycle", () => {
    const rows = [...new Random(3).array(64, (i) => BigInt((i * 37) % 61) - 30n)];
    const fixed = graph(
      [input("a", [8]), input("b", [8])],
      {
        op: "dense",
        name: "dense",
        inputs: ["a"],
        kernel: { shape: [8, 8], data: rows },
        bias: { shape: [8], data: rows.slice(0, 8) },
      },
      {
        op: "dense",
        name: "again",
        inputs: ["dense"],
        kernel: { shape: [8, 8], data: rows },
        bias: { shape: [8], data: rows.slice(8, 16) },
      },
      { op: "add", name: "sum", inputs: ["again", "b"] },
    );
    const two = { ...fixed, outputs: [...fixed.outputs, { name: "copy of b", value: "b" }] };
    const lowered = lowerWhole(two, 500);
    expect(lowered.inputs.map(({ port }) => port)).toEqual(["in_a", "in_b"]);
    expect(lowered.outputs.map(({ port }) => port)).toEqual(["out_y", "out_copy_of_b"]);
    expect(lowered.latency).toBeGreaterThan(3);
    expectEqual(two, lowered, new Random(4), 60);
  });

  it("share a clock where they fit, and never take longer at a slower one", () => {
    const fixed = graph(
      [input("x", [4, 5, 1])],
      conv("c1", "x", 1),
      bits("q1", "c1"),
      conv("c2", "q1", 0),
      bits("q2", "c2"),
    );
    const latencies = [500, 320, 200, 100, 40].map((megahertz) => lowerWhole(fixed, megahertz).latency);
    expect(latencies).toEqual(latencies.toSorted((a, b) => b - a));
    expect(latencies.at(-1)).toBe(1);
  });

  it("are left out where everything is constant", () => {
    const fixed = graph([input("x", [2])], {
      op: "clamp",
      name: "c",
      inputs: ["x"],
      limits: { per: "tensor", items: [{ lo: 3n, hi: 3n }] },
    });
    const lowered = lowerWhole(fixed);
    expect(lowered.circuit.modules).toHaveLength(1);
    expectEqual(fixed, lowered, new Random(5), 10);
  });

  it("pass an input on as it is", () => {
    const fixed: Fixed = { name: "net", nodes: [input("x", [3])], outputs: [{ name: "y", value: "x" }] };
    expectEqual(fixed, lowerWhole(fixed), new Random(6), 10);
    expect(lowerWhole(fixed).latency).toBe(1);
  });
});

describe("parallel firmware refuses", () => {
  it("a model that is too large, naming its largest layer", () => {
    const weights = Array.from({ length: 256 * 256 }, () => 3n);
    const dense = (name: string, from: string) => ({
      op: "dense",
      name,
      inputs: [from],
      kernel: { shape: [256, 256], data: weights },
      bias: { shape: [256], data: weights.slice(0, 256) },
    });
    const fixed = graph([input("x", [7, 256])], { ...dense("wide", "x") }, bits("q", "wide"));
    expect(mistakeOf(() => lowerWhole(fixed))).toMatch(
      /layer 'wide': too large to be computed whole in one clock: \d+ terms in all, of which layer 'wide' has 458752.*\n {2}An image can come pixel by pixel/,
    );
  });

  it("an image that is too large, before its sites are laid out", () => {
    const fixed = graph([input("x", [2048, 2048, 64])], { op: "relu", name: "r", inputs: ["x"] });
    expect(mistakeOf(() => lowerWhole(fixed))).toMatch(
      /layer 'r': too large to be computed whole in one clock: 268435456 values in all/,
    );
  });

  it("a table with too wide an index", () => {
    const wide: FixedType = { signed: true, width: 14, integer: 14 };
    const range = { lo: -8192n, hi: 8191n };
    const entries = Array.from({ length: 16384 }, (_, i) => BigInt((i * i) % 97));
    const table = {
      op: "table",
      name: "t",
      inputs: ["x"],
      tables: { per: "tensor", items: [{ low: -8192n, entries }] },
    };
    expect(mistakeOf(() => lowerWhole(graph([input("x", [1], range, wide)], table)))).toContain(
      "node 't': a table over -8192..8191 needs an index of 14 bits",
    );
  });

  it("a clock that a cell does not make", () => {
    const fixed = graph([input("x", [4, 5, 1])], conv("c1", "x", 1), bits("q1", "c1"));
    expect(mistakeOf(() => lowerWhole(fixed, 1400, 0))).toMatch(/module 'net_c1_site': .* ns for logic/);
  });

  it("a graph without inputs", () => {
    const fixed: Fixed = { name: "net", nodes: [], outputs: [] };
    expect(mistakeOf(() => lowerWhole(fixed))).toContain("model 'net': firmware takes at least one input");
  });
});
