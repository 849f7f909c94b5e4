import { describe } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { itemsPerClock } from "../../support/items-per-clock.js";
import { randomGraphNetwork } from "../../support/random-graph-network.js";
import { verilogTests } from "../../support/verilog-suite.js";

/** A random network, and its firmware: one to five edges a clock. */
function firmwareOf(seed: number) {
  const fixed = randomGraphNetwork(seed, [4, 12]);
  const delays = FABRICS["ultrascale+"];
  const items = itemsPerClock(fixed, { edges: 1 + (seed % 5) });
  return { fixed, lowered: lower(fixed, { architecture: "graph", period: 5, delays, ...items }) };
}

describe("the Verilog of graph firmware", () => {
  verilogTests(firmwareOf, { iverilog: 12, verilator: 60 });
});
