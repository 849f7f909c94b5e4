import { describe, expect, it } from "vitest";
import { calibrate, scanSensitivity } from "../../../src/quantize/calibrate/index.js";
import { Random } from "../../support/random.js";
import { errorOf, prepared, randomEvents, randomNet } from "./nets.js";

describe("the sensitivity scan", () => {
  it("finds the fewest bits of each layer within the loss", async () => {
    const random = new Random(1);
    const model = randomNet(random);
    const events = randomEvents(model, random, 20);
    const ready = await prepared(model, events);
    const metric = (quantized: typeof model) => errorOf(quantized, model, events);
    const options = { loss: 0.1, better: "smaller" as const };
    const scan = await scanSensitivity(ready.model, ready.statistics, metric, options);
    expect(scan.layers.map(({ node, tensor }) => `${node} ${tensor}`)).toEqual([
      "x activations",
      "conv weights",
      "conv activations",
      "hidden weights",
      "hidden activations",
      "scores weights",
    ]);
    expect(scan.metric - scan.reference).toBeLessThanOrEqual(0.1);
    for (const { bits, below, metric } of scan.layers) {
      expect(metric - scan.reference).toBeLessThanOrEqual(0.1);
      expect(bits).toBeLessThanOrEqual(8);
      if (below !== undefined) expect(below - scan.reference).toBeGreaterThan(0.1);
    }
    expect(scan.layers.some(({ bits }) => bits < 8)).toBe(true);
    expect(metric(calibrate(ready.model, ready.statistics, { overrides: scan.overrides }))).toBe(scan.metric);
  });

  it("takes one bit of each in turn, and types given outright stay", async () => {
    const model = randomNet(new Random(4));
    const ready = await prepared(model, randomEvents(model, new Random(5), 5));
    /** All bits of all types: what a bit costs is the same everywhere. */
    const bits = (quantized: typeof model) =>
      quantized.nodes
        .flatMap((node) =>
          node.op === "quantize"
            ? [node.quantizer]
            : node.op === "dense" || node.op === "conv2d"
              ? [node.kernelQuantizer]
              : [],
        )
        .reduce((sum, quantizer) => sum + Math.max(...(quantizer?.types.items ?? []).map((t) => t.width)), 0);
    const told: string[] = [];
    const scan = await scanSensitivity(ready.model, ready.statistics, bits, {
      loss: 7,
      overrides: { x: { activations: { type: { signed: true, width: 8, integer: 1 } } } },
      found: ({ node, tensor, bits }) => told.push(`${node} ${tensor} ${bits}`),
    });
    expect(scan.layers.map(({ bits }) => bits)).toEqual([6, 6, 7, 7, 7]);
    expect(scan.metric).toBe(scan.reference - 7);
    expect(told).toHaveLength(5);
    expect(told).toContain("conv weights 6");
    expect(scan.layers.map(({ node }) => node)).not.toContain("x");
  });

  it("refuses a loss below 0 and a metric that is no number", async () => {
    const model = randomNet(new Random(2));
    const ready = await prepared(model, randomEvents(model, new Random(3), 2));
    const scan = (loss: number, metric: number) =>
      scanSensitivity(ready.model, ready.statistics, () => metric, { loss });
    await expect(scan(-1, 0)).rejects.toThrow("-1 is no loss");
    await expect(scan(1, Number.NaN)).rejects.toThrow("not a number");
  });
});
