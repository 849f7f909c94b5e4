import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { planGraph } from "../../../src/lower/graph/index.js";
import { lower } from "../../../src/lower/index.js";
import { compareByVerilog } from "../../support/firmware.js";
import { graphEvents } from "../../support/graph-events.js";
import { smallNetwork } from "../../support/graph-networks.js";
import { Random } from "../../support/random.js";
import { compareByInterpreter, expectEvents } from "../../support/stream.js";
import { hasTool } from "../../support/tools.js";

const GOOD = { protocol: [], differences: [], equal: true };
const NETWORKS = [
  ["interaction network", undefined],
  ["HEP.TrkX", "shared"],
] as const;

/** A network as PyTorch exports it, for graphs of 6 nodes and a single edge, two nodes in each clock. */
async function firmwareOf(network: (typeof NETWORKS)[number][0], iterations?: "shared") {
  const fixed = await smallNetwork(network, 4, 1);
  const delays = FABRICS["ultrascale+"];
  const lowered = lower(fixed, {
    ...{ architecture: "graph", period: 4, delays, edges: 1, nodes: 2, effort: 0 },
    ...(iterations !== undefined && { iterations }),
  });
  return { fixed, lowered };
}

describe("graph firmware of a single edge", () => {
  it("has the edge as the event's only item, the nodes as items", async () => {
    const { members } = planGraph(await smallNetwork("interaction network", 4, 1));
    expect(members.get("edge_index")).toEqual({ family: { role: "event", items: 1 }, axis: undefined });
    expect(members.get("x")).toEqual({ family: { role: "nodes", items: 6 }, axis: 0 });
  });

  it.each(NETWORKS)(
    "equals the reference in the cycle interpreter: %s, iterations %s",
    async (network, iterations) => {
      const { fixed, lowered } = await firmwareOf(network, iterations);
      expect(lowered.interval).toBeGreaterThanOrEqual(3);
      expect(compareByInterpreter(fixed, lowered, 12, 5)).toMatchObject(GOOD);
    },
  );

  it.runIf(hasTool("iverilog", "-V"))("equals the reference in Icarus Verilog", async () => {
    const { fixed, lowered } = await firmwareOf("interaction network");
    const events = expectEvents(fixed, graphEvents(fixed, new Random(3), 6, 20));
    const result = await compareByVerilog(fixed, lowered, {
      ...{ simulator: "iverilog", count: 0, seed: 1 },
      events,
    });
    expect(result).toMatchObject(GOOD);
  });
});
