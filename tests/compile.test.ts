import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile } from "../src/compile.js";
import { fractionBits } from "../src/ir/fixed-point.js";
import { atChannel } from "../src/ir/granular.js";
import { FABRICS } from "../src/lower/delay.js";
import { referenceSimulator } from "../src/sim/reference.js";
import { loadSimulator } from "../src/sim/typescript/load.js";
import { eventsOf, readFixtureNpz } from "./support/npz.js";

const example = (name: string) => new URL(`../examples/muon-cnn/${name}`, import.meta.url);

test("the trained muon network compiles to integers that are the framework's logits, bit for bit", async () => {
  const { fixed, files } = await compile(
    { name: "model.keras", bytes: new Uint8Array(readFileSync(example("model.keras"))) },
    {
      name: "muon_cnn",
      clockMHz: 320,
      delays: FABRICS["ultrascale+"],
      target: "ultrascale",
      threshold: { level: 0.5, name: "mask" },
      stream: { axis: 1, columns: 8 },
    },
  );
  const end = fixed.nodes.find(({ name }) => name === fixed.outputs[0]?.value)!;
  const logit = fixed.nodes.find(({ name }) => name === end.inputs[0])!;
  const golden = await loadSimulator(
    files.find(({ name }) => name === "simulator/golden.js")?.text as string,
  );
  const reference = referenceSimulator(fixed);

  const framework = readFixtureNpz(example("golden.npz"));
  const logits = eventsOf(framework.get("logits")!);
  const voxels = eventsOf(framework.get("voxels")!);
  expect(voxels.length).toBeGreaterThan(10);
  for (const [event, image] of voxels.entries()) {
    const inputs = { voxels: Int32Array.from(image) };
    const integers = golden.trace(inputs)[logit.name];
    const physical = Float64Array.from(
      integers as Int32Array,
      (k, i) => k * 2 ** -fractionBits(atChannel(logit.types, i % 6)),
    );
    expect(physical).toEqual(Float64Array.from(logits[event]));
    const mask = Array.from(golden.run(inputs).mask as Int32Array);
    expect(mask).toEqual(Array.from(logits[event], (x) => (x >= 0 ? 1 : 0)));
    if (event < 2) expect(mask).toEqual(Array.from(reference.run(inputs).mask as Int32Array, Number));
  }
});
