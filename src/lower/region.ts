import { type Module, moduleLatency } from "../ir/circuit/circuit.js";
import type { Fixed, FixedInput, FixedNode, FixedNodeOf } from "../ir/fixed/fixed.js";
import { type FixedType, type Interval, printType, typeLike } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { narrowFields } from "./fields.js";
import type { Lowered } from "./lowered.js";
import { lowerParallel, type ParallelOptions } from "./parallel/index.js";
import { channelsOf } from "./pointwise.js";

/** A part of firmware that computes one pixel or item of an event at a time: a graph of its own. */
export interface RegionGraph {
  /** The name of its first node. */
  readonly name: string;
  readonly inputs: readonly FixedInput[];
  readonly nodes: readonly FixedNode[];
  /** The values that leave it, as it computes them. */
  readonly results: readonly FixedNode[];
}

/** The circuit of a region. */
export interface RegionCircuit {
  readonly modules: readonly Module[];
  /** The last of them: a port for each input and each result. */
  readonly module: Module;
  readonly latency: number;
  /** The port of each input. */
  readonly reads: readonly string[];
  /** The port of each result. */
  readonly results: ReadonlyMap<string, string>;
  /** Of each clock from the first of its inputs, the longest path. */
  readonly stages: Lowered["stages"];
}

/** The type of an element of a value on the bits that these bounds need. */
export function narrowType(value: FixedNode, element: number, range: Interval): FixedType {
  return typeLike(range, atElement(value.types, element, channelsOf(value)));
}

/** Parallel firmware of a region. `comment` says what it computes; names that are taken are not those of its modules. */
export function lowerRegion(
  name: string,
  { name: layer, inputs, nodes, results }: RegionGraph,
  comment: readonly string[],
  options: Omit<ParallelOptions, "within">,
  taken: readonly string[],
): RegionCircuit {
  const ends = results.map(narrowed);
  const graph: Fixed = {
    name,
    nodes: [...inputs, ...nodes, ...ends],
    outputs: results.map((result, i) => ({ name: result.name, value: (ends[i] as FixedNode).name })),
  };
  const lowered = lowerParallel(graph, { ...options, within: { taken } });
  const module = lowered.circuit.modules.at(-1) as Module;
  const { latency } = lowered;
  const commented = {
    ...module,
    comment: [
      ...comment,
      `Types ${typesOf(inputs.slice(0, 1))} -> ${typesOf(results)}.`,
      `Latency ${latency} cycle${latency === 1 ? "" : "s"}.`,
    ],
  };
  return {
    modules: [...lowered.circuit.modules.slice(0, -1), commented],
    module: commented,
    latency: moduleLatency(module),
    reads: lowered.inputs.map(({ port }) => port),
    results: new Map(lowered.outputs.map((output) => [output.name, output.port])),
    stages: lowered.stages.map((stage) => ({ ...stage, layer })),
  };
}

/** A result on the bits that its bounds need. */
function narrowed(node: FixedNode): FixedNodeOf<"reshape"> {
  const items = narrowFields(node).map(({ range }, element) => narrowType(node, element, range));
  return {
    op: "reshape",
    name: `${node.name}.narrow`,
    inputs: [node.name],
    shape: node.shape,
    types: { per: "element", items },
    ranges: node.ranges,
  };
}

function typesOf(nodes: readonly FixedNode[]): string {
  const names = [...new Set(nodes.flatMap(({ types }) => types.items.map(printType)))];
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, ...`;
}
