import * as ort from "onnxruntime-web";
import { expect } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { onnxBytes, type TestModel } from "../../support/onnx.js";
import { Random } from "../../support/random.js";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "fatal";

/**
 * Imports a model, runs it and onnxruntime on the same random events, and compares all outputs. A batch is 1; values of
 * inputs lie in [low, high).
 */
export async function expectSameAsOnnxruntime(
  model: TestModel,
  { low = -2, high = 2, seed = 1, tolerance = 1e-5, events = 3 } = {},
): Promise<void> {
  const bytes = onnxBytes(model);
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const { model: imported } = await importModel({ name: "test.onnx", bytes });
  const executor = createFloatExecutor(imported, { quantizers: "apply" });
  const random = new Random(seed);
  for (let event = 0; event < events; event++) {
    const values: Record<string, Float32Array> = {};
    for (const [name, shape] of Object.entries(model.inputs)) {
      const size = shape.reduce<number>((all, n) => all * (typeof n === "number" ? n : 1), 1);
      values[name] = Float32Array.from({ length: size }, () => low + (high - low) * random.next());
    }
    const feeds = Object.fromEntries(
      Object.entries(model.inputs).map(([name, shape]) => {
        const dims = shape.map((n) => (typeof n === "number" ? n : 1));
        return [name, new ort.Tensor("float32", values[name] as Float32Array, dims)];
      }),
    );
    const expected = await session.run(feeds);
    const found = executor.run(
      Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Float64Array.from(data)])),
    );
    for (const [name, tensor] of Object.entries(expected)) {
      const numbers = Array.from(tensor.data as Iterable<number | bigint | boolean>, Number);
      const ours = Array.from(found[name] as Float64Array);
      expect(ours.length, `${name}, seed ${seed}`).toBe(numbers.length);
      const shape = imported.nodes.find(
        (node) => node.name === imported.outputs.find((output) => output.name === name)?.value,
      )?.shape;
      expect(withoutBatch(tensor.dims)).toEqual(withoutBatch(shape ?? []));
      for (const [n, value] of ours.entries()) {
        const right = numbers[n] as number;
        const close = Math.abs(value - right) <= tolerance * Math.max(1, Math.abs(right));
        expect(close, `${name}[${n}]: ${value}, onnxruntime ${right}, seed ${seed}`).toBe(true);
      }
    }
  }
}

const withoutBatch = (shape: readonly number[]) => shape.filter((n) => n !== 1);
