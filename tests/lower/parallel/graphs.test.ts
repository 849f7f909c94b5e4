import { describe, expect, it } from "vitest";
import type { SimulatorName } from "../../../src/cosim/simulators.js";
import { emitVerilog } from "../../../src/hls-emit/verilog/index.js";
import type { Fixed } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { compareByVerilog } from "../../support/firmware.js";
import { expectGolden } from "../../support/golden.js";
import { graphEvents } from "../../support/graph-events.js";
import { smallNetwork } from "../../support/graph-networks.js";
import { expectEqual, lowerWhole } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { expectEvents } from "../../support/stream.js";
import { hasTool } from "../../support/tools.js";

const SLOW = process.env.SLOW === "1";

/** Nodes 0 … 4, edges 0 … 6; sums and maxima of signed and unsigned features, of single bits and of counts. */
const SMALL = `l1c fixed "small"

graph main {
  %x : [5, 2] fixed<3,3> -4..3 = input()
  %e : [7, 3] channel[ufixed<3,3>, ufixed<1,1>, fixed<1,1>] channel[0..7, 0..1, -1..0] = input()
  %edge_index : [2, 7] ufixed<3,3> 0..7 = input()
  %ones : [7] ufixed<1,1> 1..1 = constant() {value = tensor<7>[1, 1, 1, 1, 1, 1, 1]}
  %from : [1, 7] ufixed<3,3> 0..7 = slice(%edge_index) {starts = [0, 0], steps = [1, 1]}
  %senders : [7] ufixed<3,3> 0..7 = reshape(%from)
  %to : [1, 7] ufixed<3,3> 0..7 = slice(%edge_index) {starts = [1, 0], steps = [1, 1]}
  %receivers : [7] ufixed<3,3> 0..7 = reshape(%to)
  %sent : [7, 2] fixed<3,3> -4..3 = index_select(%x, %senders)
  %sums : [5, 2] fixed<6,6> -28..21 = scatter(%sent, %receivers) {kind = sum, rows = 5}
  %most : [5, 2] fixed<3,3> -4..3 = scatter(%sent, %receivers) {kind = max, rows = 5}
  %back : [5, 2] fixed<6,6> -28..21 = scatter(%sent, %senders) {kind = sum, rows = 5}
  %features : [5, 3] channel[ufixed<6,6>, ufixed<3,3>, fixed<4,4>] channel[0..49, 0..7, -7..0] = scatter(%e, %receivers) {kind = sum, rows = 5}
  %largest : [5, 3] channel[ufixed<3,3>, ufixed<1,1>, fixed<1,1>] channel[0..7, 0..1, -1..0] = scatter(%e, %receivers) {kind = max, rows = 5}
  %degree : [5] ufixed<3,3> 0..7 = scatter(%ones, %receivers) {kind = sum, rows = 5}
  return sums = %sums
  return most = %most
  return back = %back
  return features = %features
  return largest = %largest
  return degree = %degree
}
`;

/** Three nodes, four edges: what an edge's sender has, added up at the receiver. */
const TINY = `l1c fixed "tiny"

graph main {
  %x : [3, 1] fixed<3,3> -4..3 = input()
  %senders : [4] ufixed<2,2> 0..3 = input()
  %receivers : [4] ufixed<2,2> 0..3 = input()
  %sent : [4, 1] fixed<3,3> -4..3 = index_select(%x, %senders)
  %sums : [3, 1] fixed<5,5> -16..12 = scatter(%sent, %receivers) {kind = sum, rows = 3}
  return sums = %sums
}
`;

const eventsOf = (fixed: Fixed, nodes: number, count: number, seed: number) =>
  expectEvents(fixed, graphEvents(fixed, new Random(seed), nodes, count));

describe("parallel firmware of a graph", () => {
  const small = parseFixed(SMALL, "small");

  it("decodes each list of indices once, joins neighbours once, and has one module for all nodes", () => {
    const { circuit, layers } = lowerWhole(small);
    const copies = Object.fromEntries(layers.map((layer) => [layer.name, layer.copies]));
    expect(copies).toEqual({
      sent: 7,
      ...{ "sums.hits": 1, "sums.pairs": 1, sums: 5 },
      ...{ "most.pairs": 1, most: 5 },
      ...{ "back.hits": 1, back: 5 },
      ...{ "features.pairs": 1, features: 5 },
      ...{ "largest.pairs": 1, largest: 5 },
      degree: 5,
    });
    const sites = circuit.modules.filter(({ name }) => name.endsWith("_site"));
    expect(sites).toHaveLength(7);
  });

  it("is this Verilog for a tiny one", () => {
    const files = emitVerilog(lowerWhole(parseFixed(TINY, "tiny")).circuit);
    expectGolden(
      "verilog/graph/parallel.v",
      files.map((file) => `// ---- ${file.name}\n${file.text}`).join("\n"),
    );
  });

  it.each(["iverilog", "verilator"] as const)("equals the reference in %s, at all corners", async (name) => {
    if (!hasTool(name)) return;
    for (const megahertz of name === "iverilog" ? [100, 320, 450] : [320]) {
      const comparison = await compareByVerilog(small, lowerWhole(small, megahertz), {
        ...{ simulator: name, count: 0, seed: megahertz },
        events: eventsOf(small, 5, 60, megahertz),
      });
      expect(comparison).toMatchObject({ equal: true, differences: [], protocol: [] });
    }
  });

  it("equals the reference in the cycle interpreter", () => {
    expectEqual(small, lowerWhole(small), new Random(7), 60);
  });
});

describe("a network as PyTorch exports it, of 6 nodes and 10 edges, equals the reference", () => {
  const compare = async (
    network: Parameters<typeof smallNetwork>[0],
    bits: number,
    simulator: SimulatorName,
  ) => {
    const fixed = await smallNetwork(network, bits);
    const comparison = await compareByVerilog(fixed, lowerWhole(fixed, 360), {
      ...{ simulator, count: 0, seed: bits },
      events: eventsOf(fixed, 6, 20, bits),
    });
    expect(comparison).toMatchObject({ equal: true, differences: [], protocol: [] });
  };

  it.runIf(hasTool("iverilog"))("in Icarus Verilog: the interaction network", () =>
    compare("interaction network", 7, "iverilog"),
  );

  it.runIf(hasTool("iverilog"))("in Icarus Verilog: HEP.TrkX with two iterations", () =>
    compare("HEP.TrkX", 3, "iverilog"),
  );

  it.runIf(SLOW && hasTool("verilator")).each([
    ["interaction network", 8],
    ["HEP.TrkX", 5],
  ] as const)("in Verilator: %s of %i bits", (network, bits) => compare(network, bits, "verilator"), 600_000);
});
