import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";

interface Golden {
  readonly name: string;
  readonly model: string;
  readonly events: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** Made by tests/fixtures/onnx/make.py: the packages qonnx and onnxruntime ran the models. */
const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL("../../fixtures/onnx/goldens.json", import.meta.url), "utf8"),
);

test.each(goldens)("$name", async ({ name, model, events, outputs }) => {
  const bytes = Uint8Array.from(Buffer.from(model, "base64"));
  const { model: imported } = await importModel({ name: "golden.onnx", bytes });
  const executor = createFloatExecutor(imported, { quantizers: "apply" });
  for (const [n, event] of events.entries()) {
    const { y } = executor.run({ x: Float64Array.from(event) });
    // Everything is exact in float32, too, but where the scales are no powers of two.
    const ours = Array.from(y ?? [], Math.fround);
    if (/any scales|0\.3/.test(name)) {
      for (const [e, value] of ours.entries()) expect(value).toBeCloseTo(outputs[n]?.[e] as number, 4);
    } else expect(ours.map((x) => x + 0)).toEqual(outputs[n]?.map((x) => x + 0));
  }
});
