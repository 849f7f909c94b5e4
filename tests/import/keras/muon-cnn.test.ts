import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { eventsOf, readFixtureNpz } from "../../support/npz.js";

const example = (name: string) => new URL(`../../../examples/muon-cnn/${name}`, import.meta.url);

test("the trained network gives the framework's logits bit for bit", async () => {
  const bytes = new Uint8Array(readFileSync(example("model.keras")));
  const { model } = await importModel({ name: "model.keras", bytes });
  const golden = readFixtureNpz(example("golden.npz"));
  const [mask] = model.outputs;
  const sigmoid = model.nodes.find(({ name }) => name === mask.value)!;
  expect(sigmoid).toMatchObject({ op: "function", kind: "sigmoid" });

  const executor = createFloatExecutor(model, { quantizers: "apply" });
  const logits = eventsOf(golden.get("logits")!);
  const masks = eventsOf(golden.get("mask")!);
  let largest = 0;
  for (const [n, voxels] of eventsOf(golden.get("voxels")!).entries()) {
    const all = executor.runAll({ voxels });
    expect(all[sigmoid.inputs[0]]).toEqual(logits[n]);
    for (const [e, value] of all[sigmoid.name].entries()) {
      largest = Math.max(largest, Math.abs(value - masks[n][e]));
    }
  }
  expect(logits.length).toBeGreaterThan(10);
  expect(largest).toBeLessThan(2e-7);
});
