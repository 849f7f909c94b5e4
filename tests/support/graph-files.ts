import { readFileSync, writeFileSync } from "node:fs";
import { zipSync } from "fflate";
import { type Dtype, encodeElements, formatNpyHeader, type TypedArray } from "../../src/events/npy.js";
import type { TrackerGraph } from "../../src/physics/tracker/graphs.js";

/** An array on its way to a file. */
export type FileArray = readonly [dtype: Dtype, shape: readonly number[], data: TypedArray];

/** Writes arrays as .npz. */
export function writeArrays(path: string, arrays: Readonly<Record<string, FileArray>>): void {
  const members = Object.entries(arrays).map(([name, [dtype, shape, data]]) => [
    `${name}.npy`,
    Buffer.concat([formatNpyHeader(dtype, shape), encodeElements(data)]),
  ]);
  writeFileSync(path, zipSync(Object.fromEntries(members)));
}

/** The arrays of a file of many graphs; `y` and `pid` where the graphs have them. */
export function graphArrays(graphs: readonly TrackerGraph[]): Readonly<Record<string, FileArray>> {
  const all = (of: (graph: TrackerGraph) => ArrayLike<number>) =>
    graphs.flatMap((one) => Array.from(of(one)));
  const x = Float32Array.from(all((graph) => graph.x));
  const senders = all((graph) => graph.senders);
  const receivers = all((graph) => graph.receivers);
  const width = 4;
  const attributes = all((graph) => graph.edgeAttr);
  const columns = Array.from({ length: width }, (_, k) => attributes.filter((_, i) => i % width === k));
  const edges = senders.length;
  const optional = (name: "y" | "pid", dtype: "float32" | "int64") => {
    if (graphs.some((graph) => graph[name] === undefined)) return {};
    const values = all((graph) => graph[name] as ArrayLike<number>);
    const data = dtype === "float32" ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
    return { [name]: [dtype, [values.length], data] as FileArray };
  };
  return {
    x: ["float32", [x.length / 3, 3], x],
    edge_attr: ["float32", [width, edges], Float32Array.from(columns.flat())],
    edge_index: ["int64", [2, edges], BigInt64Array.from([...senders, ...receivers], BigInt)],
    ...optional("y", "float32"),
    ...optional("pid", "int64"),
    graph_nodes: ["int32", [graphs.length], Int32Array.from(graphs, ({ nodes }) => nodes)],
    graph_edges: ["int32", [graphs.length], Int32Array.from(graphs, ({ edges: n }) => n)],
  };
}

/** Writes graphs as one file. */
export const writeGraphs = (path: string, graphs: readonly TrackerGraph[]) =>
  writeArrays(path, graphArrays(graphs));

/** An interaction network with random weights that PyTorch exported with open sizes: tests/fixtures/onnx/make_graphs.py. */
export function writeNetwork(path: string): void {
  const goldens: readonly { readonly name: string; readonly model: string }[] = JSON.parse(
    readFileSync(new URL("../fixtures/onnx/graphs.json", import.meta.url), "utf8"),
  );
  const found = goldens.find(({ name }) => name === "interaction network, torch.export, open sizes");
  writeFileSync(path, Buffer.from(found?.model as string, "base64"));
}
