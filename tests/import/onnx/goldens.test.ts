import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { FixedNode } from "../../../src/ir/fixed/fixed.js";
import { type FixedType, quantize, toNumber } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import { modelToFixed } from "../../../src/quantize/index.js";
import { type IntegerArray, toBigInts } from "../../../src/sim/elements.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { onnxGoldens as goldens } from "../../support/onnx-golden.js";

/** Every event of these goldens lies on the grid of this type. */
const GRID: FixedType = { signed: true, width: 16, integer: 8 };
const onGrid = goldens.filter(
  ({ name, events }) => !name.includes("any scales") && events.flat().every((x) => Number.isInteger(x * 256)),
);

test.each(onGrid)("$name in integers", async ({ model, events, outputs }) => {
  const bytes = Uint8Array.from(Buffer.from(model, "base64"));
  const { model: imported } = await importModel({ name: "golden.onnx", bytes });
  const { fixed } = modelToFixed(imported, { types: { x: GRID } });
  const simulator = referenceSimulator(fixed);
  const result = fixed.nodes.find(({ name }) => name === fixed.outputs[0]?.value) as FixedNode;
  for (const [n, event] of events.entries()) {
    const integers = event.map((value) => quantize(value, GRID, "TRN", "SAT"));
    const y = toBigInts(simulator.run({ x: integers }).y as IntegerArray);
    const channels = result.shape.at(-1) ?? 1;
    const values = y.map((k, e) => toNumber(k, atElement(result.types, e, channels)));
    expect(values.map((x) => x + 0)).toEqual(outputs[n]?.map((x) => x + 0));
  }
});

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
