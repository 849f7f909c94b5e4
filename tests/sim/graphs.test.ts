import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { importModel } from "../../src/import/index.js";
import type { FixedInput } from "../../src/ir/fixed/fixed.js";
import { toNumber } from "../../src/ir/fixed-point.js";
import { atElement } from "../../src/ir/granular.js";
import { runPasses } from "../../src/passes/index.js";
import { calibrateModel } from "../../src/quantize/calibrate/index.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { firstDifference, toBigInts } from "../../src/sim/elements.js";
import { createFloatExecutor } from "../../src/sim/float/index.js";
import { inputEncoder } from "../../src/sim/inputs.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { typescriptSimulator } from "../../src/sim/typescript/index.js";

type Numbers = Readonly<Record<string, readonly number[]>>;
/** Networks that PyTorch exported: tests/fixtures/onnx/make_graphs.py. */
const goldens: readonly {
  readonly name: string;
  readonly model: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly events: readonly Numbers[];
}[] = JSON.parse(readFileSync(new URL("../fixtures/onnx/graphs.json", import.meta.url), "utf8"));
const NETWORKS = goldens.filter(({ name }) => name.endsWith("torch.export, open sizes"));

/** More nodes and edges than the graphs of the files have. */
const [NODES, EDGES] = [7, 12];

/** A graph with rows of zeros and edges between no nodes behind it. */
function padded(
  event: Numbers,
  shapes: Readonly<Record<string, readonly number[]>>,
): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(event).map(([name, data]) => {
      if (name === "edge_index") {
        const edges = (shapes[name] as readonly number[])[1] as number;
        const index = new Float64Array(2 * EDGES).fill(NODES);
        index.set(data.slice(0, edges));
        index.set(data.slice(edges), EDGES);
        return [name, index];
      }
      const features = (shapes[name] as readonly number[])[1] as number;
      const values = new Float64Array((name === "x" ? NODES : EDGES) * features);
      values.set(data);
      return [name, values];
    }),
  );
}

it.each(NETWORKS)(
  "golden model and reference agree on every bit of $name",
  async ({ model, events, shapes }) => {
    const sizes = Object.fromEntries(
      Object.entries(shapes).map(([name, [, features]]) => {
        if (name === "edge_index") return [name, [2, EDGES]];
        return [name, [name === "x" ? NODES : EDGES, features]];
      }),
    );
    const bytes = Uint8Array.from(Buffer.from(model, "base64"));
    const { model: imported } = await importModel({ name: "network.onnx", bytes, shapes: sizes });
    const float = createFloatExecutor(imported, { quantizers: "ignore" });
    const graphs = events.map((event) => padded(event, shapes));
    const first = Object.entries(graphs[0] as Readonly<Record<string, Float64Array>>);
    const none: Record<string, Float64Array> = Object.fromEntries(
      first.map(([name, { length }]) => [
        name,
        new Float64Array(length).fill(name === "edge_index" ? NODES : 0),
      ]),
    );
    const quantized = await calibrateModel(
      imported,
      graphs,
      (one) => createFloatExecutor(one, { quantizers: "ignore" }).runAll,
      { weights: { bits: 12, per: "tensor" }, activations: { bits: 12 } },
    );
    const fixed = runPasses(modelToFixed(quantized).fixed);
    const [golden, reference] = [await typescriptSimulator(fixed), referenceSimulator(fixed)];
    const inputs = fixed.nodes.filter((node): node is FixedInput => node.op === "input");
    const scores = fixed.nodes.find(({ name }) => name === fixed.outputs[0]?.value);
    for (const [n, graph] of [...graphs, none].entries()) {
      const integers = Object.fromEntries(
        inputs.map((node) => [
          node.name,
          inputEncoder(node, { raw: false })(graph[node.name] as Float64Array, n),
        ]),
      );
      const [found, expected] = [golden.trace(integers), reference.trace(integers)];
      for (const { name } of fixed.nodes) {
        expect(firstDifference(found[name] as never, expected[name] as never), `graph ${n}, '${name}'`).toBe(
          -1,
        );
      }
      const { y } = float.run(graph);
      for (const [e, k] of toBigInts(found[scores?.name as string] as never).entries()) {
        // 12 bits keep the scores of an untrained network to a hundredth.
        expect(toNumber(k, atElement(scores?.types as never, e, 1))).toBeCloseTo(y?.[e] as number, 2);
      }
    }
  },
);
