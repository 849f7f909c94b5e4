import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { mistakeOf } from "../../support/mistake.js";
import { smallNetwork } from "../../support/small-network.js";

const firmwareAt = (megahertz: number) =>
  lower(smallNetwork(), {
    architecture: "graph",
    edges: 2,
    period: 1000 / megahertz,
    delays: FABRICS["ultrascale+"],
  });

describe("stages of graph firmware", () => {
  it("name the memories in which items are exchanged, with paths that fit the clock", () => {
    const stages = firmwareAt(320).stages.filter(({ layer }) => layer.startsWith("part"));
    expect(stages.map(({ layer }) => layer)).toEqual([
      "part5_x_to",
      "part6_x_from",
      "part8_sum_e0",
      "part10_update_to",
    ]);
    for (const { path } of stages) {
      expect(path).toBeGreaterThan(1);
      expect(path).toBeLessThan(1000 / 320);
    }
  });

  it("are refused where a memory is slower than the clock", () => {
    const mistake = mistakeOf(() => firmwareAt(420));
    expect(mistake).toMatch(/memory 'part8_sum_e0': its longest path takes 2\.\d\d ns, a clock has 2\.38 ns/);
    expect(mistake).toContain("Ask for a slower clock");
  });
});
