import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { parseConfig, readType } from "../../../src/cli/config.js";
import { graphShapes } from "../../../src/cli/graph-shapes.js";
import { readGraphPath } from "../../../src/cli/graphs.js";
import { importModel } from "../../../src/import/index.js";
import type { FixedInput } from "../../../src/ir/fixed/fixed.js";
import { unitOf } from "../../../src/ir/fixed-point.js";
import { atChannel } from "../../../src/ir/granular.js";
import type { Model } from "../../../src/ir/model/model.js";
import { runPasses } from "../../../src/passes/index.js";
import type { TrackerGraph } from "../../../src/physics/tracker/graphs.js";
import { modelToFixed } from "../../../src/quantize/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { inputEncoder } from "../../../src/sim/inputs.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";

const example = (network: string, file: string) =>
  new URL(`../../../examples/tracker-gnn/${network}/${file}`, import.meta.url);

/** An array of doubles of golden.npz. */
function doubles(bytes: Uint8Array): Float64Array {
  const start = 10 + bytes[8] + 256 * bytes[9];
  expect(new TextDecoder().decode(bytes.subarray(10, start))).toContain("'<f8'");
  return new Float64Array(bytes.slice(start).buffer);
}

/** The trained network at the size that its l1c.yaml gives, and graphs with what PyTorch computes in float64. */
async function open(network: string, file: string) {
  const yaml = example(network, "l1c.yaml");
  const config = parseConfig(readFileSync(yaml, "utf8"), yaml.pathname);
  const bytes = new Uint8Array(readFileSync(example(network, file)));
  const { model } = await importModel({ name: file, bytes, ...graphShapes(config) });
  const golden = example(network, "golden.npz");
  const graphs: TrackerGraph[] = [];
  for await (const graph of readGraphPath(golden.pathname)) graphs.push(graph);
  const arrays = unzipSync(readFileSync(golden));
  const [logits, scores] = ["logits.npy", "scores.npy"].map((name) => doubles(arrays[name]));
  const { nodes, edges } = config.graph!;
  const events = graphs.map((graph) => padded(graph, nodes, edges));
  const types = Object.fromEntries(
    Object.entries(config.types).map(([name, text]) => [name, readType(text)]),
  );
  return { model, types, graphs, events, logits, scores };
}

/** A graph as the network takes it: indices of edges that are not there are no node. */
function padded(graph: TrackerGraph, nodes: number, edges: number) {
  const event = {
    x: new Float64Array(3 * nodes),
    edge_attr: new Float64Array(4 * edges),
    edge_index: new Float64Array(2 * edges).fill(nodes),
  };
  event.x.set(graph.x);
  event.edge_attr.set(graph.edgeAttr);
  event.edge_index.set(graph.senders);
  event.edge_index.set(graph.receivers, edges);
  return event;
}

/** The values of all edges that are there, of all graphs. */
const ofEdges = (graphs: readonly TrackerGraph[], values: readonly ArrayLike<number>[]) =>
  Float64Array.from(graphs.flatMap(({ edges }, n) => Array.from(values[n]).slice(0, edges)));

/** What the last sigmoid takes. */
const logitOf = ({ nodes }: Model) =>
  nodes.findLast((node) => node.op === "function" && node.kind === "sigmoid")!.inputs[0];

describe.each(["interaction-small", "interaction-medium", "heptrkx-small"])(
  "the trained network %s",
  (network) => {
    it("gives PyTorch's logits bit for bit in the float executor", async () => {
      const { model, graphs, events, logits } = await open(network, "model.onnx");
      expect(graphs.length).toBeGreaterThan(10);
      const executor = createFloatExecutor(model, { quantizers: "apply" });
      const found = events.map((event) => executor.runAll(event)[logitOf(model)]);
      expect(ofEdges(graphs, found)).toEqual(logits);
    });

    it("gives them in integers, and scores that are rounded once", async () => {
      const { model, types, graphs, events, logits, scores } = await open(network, "model.onnx");
      const fixed = runPasses(modelToFixed(model, { types }).fixed);
      const golden = await typescriptSimulator(fixed);
      const reference = referenceSimulator(fixed);
      const encoders = fixed.nodes
        .filter((node): node is FixedInput => node.op === "input")
        .map((node) => [node.name, inputEncoder(node, { raw: false })] as const);
      const physical = (name: string, integers: ArrayLike<number | bigint>) => {
        const { n, d } = unitOf(atChannel(fixed.nodes.find((node) => node.name === name)!.types, 0));
        return Array.from(integers, (k) => (Number(k) * Number(n)) / Number(d));
      };
      const traces = events.map((event, n) => {
        const inputs = Object.fromEntries(
          encoders.map(([name, encode]) => [name, encode(event[name as keyof typeof event], n)]),
        );
        const trace = golden.trace(inputs);
        if (n < 2) {
          const again = reference.trace(inputs);
          for (const { name } of fixed.nodes) {
            expect(Array.from(trace[name], BigInt), name).toEqual(Array.from(again[name], BigInt));
          }
        }
        const [{ value }] = fixed.outputs;
        return [physical(logitOf(model), trace[logitOf(model)]), physical(value, trace[value])] as const;
      });
      const [logit, score] = [0, 1].map((n) =>
        ofEdges(
          graphs,
          traces.map((values) => values[n]),
        ),
      );
      expect(logit).toEqual(logits);
      const unit = 2 ** -10;
      expect(score).toEqual(scores.map((exact) => Math.min(Math.round(exact / unit) * unit, 1 - unit)));
    });
  },
);
