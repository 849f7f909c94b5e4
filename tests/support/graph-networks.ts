import { readFileSync } from "node:fs";
import { importModel } from "../../src/import/index.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { runPasses } from "../../src/passes/index.js";
import { calibrateModel } from "../../src/quantize/calibrate/index.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { createFloatExecutor } from "../../src/sim/float/index.js";

/** A model that PyTorch exported, with what PyTorch computed, from tests/fixtures/onnx/make_graphs.py. */
export interface GraphGolden {
  readonly name: string;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly model: string;
  readonly events: readonly Readonly<Record<string, readonly number[]>>[];
  readonly outputs: readonly (readonly number[])[];
}

export const GRAPH_GOLDENS: readonly GraphGolden[] = JSON.parse(
  readFileSync(new URL("../fixtures/onnx/graphs.json", import.meta.url), "utf8"),
);

/** A network of the fixtures whose sizes are open, for graphs of 6 nodes and 10 edges or fewer, calibrated to so many bits. */
export async function smallNetwork(
  network: "interaction network" | "HEP.TrkX",
  bits: number,
  edges = 10,
): Promise<Fixed> {
  const name = `${network}, torch.export, open sizes`;
  const { model: text, events, shapes } = GRAPH_GOLDENS.find((own) => own.name === name) as GraphGolden;
  const resized = Object.fromEntries(
    Object.entries(shapes).map(([input, shape]) => [input, shape.map((n) => (n === 9 ? edges : n))]),
  );
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  const { model } = await importModel({ name: "graph.onnx", bytes, shapes: resized });
  const ends = (all: readonly number[]) => [...all, 6].slice(0, edges);
  const padded = events.map(({ x, edge_attr, edge_index }) => ({
    x: Float64Array.from(x),
    ...(edge_attr !== undefined && {
      edge_attr: Float64Array.from([...edge_attr, 0, 0, 0, 0].slice(0, 4 * edges)),
    }),
    edge_index: Float64Array.from([...ends(edge_index.slice(0, 9)), ...ends(edge_index.slice(9))]),
  }));
  const quantized = await calibrateModel(
    model,
    padded,
    (calibrated) => {
      const executor = createFloatExecutor(calibrated, { quantizers: "ignore" });
      return (event) => executor.runAll(event);
    },
    { weights: { bits }, activations: { bits } },
  );
  return runPasses(modelToFixed(quantized, {}).fixed);
}
