import type { Model } from "../../src/ir/model/model.js";
import { createFloatExecutor } from "../../src/sim/float/index.js";
import { fixtureUrl } from "./keras-fixture.js";
import { eventsOf, readFixtureNpz } from "./npz.js";

export interface Compared {
  /** The number of the output. */
  readonly index: number;
  readonly expected: readonly Float64Array[];
  readonly actual: readonly Float64Array[];
}

/** Runs a model on the events of NAME.npz, quantizers applied; each output beside what the framework computed. */
export function compareWithKeras(model: Model, name: string): readonly Compared[] {
  const arrays = readFixtureNpz(fixtureUrl(`${name}.npz`));
  const inputs = new Map(
    model.nodes
      .filter((node) => node.op === "input")
      .map((node) => {
        const array = arrays.get(`input.${node.name}`);
        if (array === undefined) throw new Error(`${name}.npz has no input '${node.name}'`);
        return [node.name, eventsOf(array)];
      }),
  );
  const executor = createFloatExecutor(model, { quantizers: "apply" });
  const [first] = inputs.values();
  const events = first.map((_, n) =>
    executor.run(Object.fromEntries([...inputs].map(([input, values]) => [input, values[n]]))),
  );
  const count = [...arrays.keys()].filter((key) => key.startsWith("output.")).length;
  if (count !== model.outputs.length) {
    throw new Error(`${name}.npz has ${count} outputs, the model ${model.outputs.length}`);
  }
  return model.outputs.map((output, index) => ({
    index,
    expected: eventsOf(arrays.get(`output.${index}`)!),
    actual: events.map((event) => event[output.name]),
  }));
}

/** The largest difference, as a part of the largest expected value. */
export function largestError(expected: readonly Float64Array[], actual: readonly Float64Array[]): number {
  let [largest, scale] = [0, 1e-30];
  if (expected.length !== actual.length) throw new Error("different numbers of events");
  for (const [n, event] of expected.entries()) {
    if (event.length !== actual[n].length) throw new Error("different numbers of elements");
    for (const [e, value] of event.entries()) {
      const error = Math.abs(value - actual[n][e]);
      largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largest, error);
      scale = Math.max(scale, Math.abs(value));
    }
  }
  return largest / scale;
}
