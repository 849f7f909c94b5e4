import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedInput, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, intervalBits, printType, typeLike } from "../../ir/fixed-point.js";
import { atElement } from "../../ir/granular.js";
import { hull, ZERO } from "../../ir/interval.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Lowered } from "../lowered.js";
import type { Field } from "../packing.js";
import { lowerParallel, type ParallelOptions } from "../parallel/index.js";
import { channelsOf } from "../pointwise.js";
import type { Region } from "./plan.js";

/** The circuit of one pixel of a region. */
export interface RegionCircuit {
  readonly modules: readonly Module[];
  /** The last of them: a port for each read and each result. */
  readonly module: Module;
  readonly latency: number;
  /** The port of each read. */
  readonly reads: readonly string[];
  /** The port of each result. */
  readonly results: ReadonlyMap<string, string>;
  /** Of each clock from the first of its pixel, the longest path. */
  readonly stages: Lowered["stages"];
}

/** An element of a value's pixel: its bounds, and its bits. */
export interface PixelField extends Field {
  readonly range: Interval;
}

/** How the pixels of a value lie in a wire inside the firmware: each element on the bits that its bounds need. */
export function pixelFields(value: FixedNode): readonly PixelField[] {
  let low = 0;
  return Array.from({ length: sizeOf(value.shape.slice(2)) }, (_, element) => {
    const range = atElement(value.ranges, element, channelsOf(value));
    const field = { low, ...intervalBits(range), range };
    low += field.width;
    return field;
  });
}

/**
 * The circuit that computes one pixel of a region: parallel firmware of the nodes as they compute one pixel. `masked` says
 * of each read which of its taps may lie outside the image.
 */
export function buildRegion(
  name: string,
  region: Region,
  masked: readonly (readonly boolean[])[],
  nodes: ReadonlyMap<string, FixedNode>,
  options: Omit<ParallelOptions, "within">,
  taken: readonly string[],
): RegionCircuit {
  const inputs = region.reads.map((_, i) => windowInput(region, i, masked[i] as readonly boolean[], nodes));
  const results = region.results.map((result) => narrowed(nodes.get(result) as FixedNode));
  const graph: Fixed = {
    name,
    nodes: [...inputs, ...region.nodes, ...results],
    outputs: region.results.map((result, i) => ({ name: result, value: (results[i] as FixedNode).name })),
  };
  const lowered = lowerParallel(graph, { ...options, within: { taken } });
  const module = lowered.circuit.modules.at(-1) as Module;
  const commented = { ...module, comment: commentOf(region, inputs, nodes, lowered) };
  return {
    modules: [...lowered.circuit.modules.slice(0, -1), commented],
    module: commented,
    latency: moduleLatency(module),
    reads: lowered.inputs.map(({ port }) => port),
    results: new Map(lowered.outputs.map((output) => [output.name, output.port])),
    stages: lowered.stages.map((stage) => ({ ...stage, layer: region.name })),
  };
}

/** The window that a region reads, as an input of one event: rows and columns of taps. */
function windowInput(
  { reads }: Region,
  index: number,
  masked: readonly boolean[],
  nodes: ReadonlyMap<string, FixedNode>,
): FixedInput {
  const { value, window, outside } = reads[index] as Region["reads"][number];
  const node = nodes.get(value) as FixedNode;
  const fields = pixelFields(node);
  const ranges = masked.flatMap((tap) =>
    fields.map(({ range }) => (tap && outside === "zero" ? hull(range, ZERO) : range)),
  );
  const types = ranges.map((range, i) => typeAt(node, range, i % fields.length));
  return {
    op: "input",
    name: value,
    inputs: [],
    shape: [window.size.rows, window.size.columns, ...node.shape.slice(2)],
    types: { per: "element", items: types },
    ranges: { per: "element", items: ranges },
    rounding: "TRN",
    overflow: "WRAP",
  };
}

/** A result on the bits that its bounds need. */
function narrowed(node: FixedNode): FixedNodeOf<"reshape"> {
  const items = pixelFields(node).map(({ range }, element) => typeAt(node, range, element));
  return {
    op: "reshape",
    name: `${node.name}.pixel`,
    inputs: [node.name],
    shape: [1, 1, ...node.shape.slice(2)],
    types: { per: "element", items },
    ranges: node.ranges,
  };
}

function typeAt(node: FixedNode, range: Interval, element: number): FixedType {
  return typeLike(range, atElement(node.types, element, channelsOf(node)));
}

function commentOf(
  region: Region,
  inputs: readonly FixedInput[],
  nodes: ReadonlyMap<string, FixedNode>,
  { latency }: Lowered,
): readonly string[] {
  const [first] = inputs as readonly [FixedInput];
  const ops = region.nodes.filter(({ op }) => op !== "constant").map(({ op }) => op);
  const windows = inputs.map(({ shape: [rows, columns] }) => `${rows}x${columns}`);
  const results = region.results.map((name) => nodes.get(name) as FixedNode);
  return [
    `One pixel of '${region.name}': ${ops.join(", ")}.`,
    `From ${[...new Set(windows)].join(", ")} pixels of ${inputs.map(({ name }) => `'${name}'`).join(", ")}.`,
    `Types ${typesOf([first])} -> ${typesOf(results)}.`,
    `Latency ${latency} cycle${latency === 1 ? "" : "s"}.`,
  ];
}

function typesOf(nodes: readonly FixedNode[]): string {
  const names = [...new Set(nodes.flatMap(({ types }) => types.items.map(printType)))];
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, ...`;
}
