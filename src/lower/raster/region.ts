import type { FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { hull, ZERO } from "../../ir/interval.js";
import { type NarrowField, narrowFields } from "../fields.js";
import type { ParallelOptions } from "../parallel/index.js";
import { lowerRegion, narrowType, type RegionCircuit } from "../region.js";
import type { Region } from "./plan.js";

/** How the pixels of a value lie in a wire inside the firmware. */
export function pixelFields(value: FixedNode): readonly NarrowField[] {
  return narrowFields(onePixel(value));
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
  const results = region.results.map((result) => onePixel(nodes.get(result) as FixedNode));
  const graph = { name: region.name, inputs, nodes: region.nodes, results };
  return lowerRegion(name, graph, commentOf(region, inputs), options, taken);
}

/** A value of the size of a pixel; what is stated of elements stands for those of the first one. */
export function onePixel(node: FixedNode): FixedNode {
  return { ...node, shape: [1, 1, ...node.shape.slice(2)] };
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
  const types = ranges.map((range, i) => narrowType(node, i % fields.length, range));
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

function commentOf(region: Region, inputs: readonly FixedInput[]): readonly string[] {
  const ops = region.nodes.filter(({ op }) => op !== "constant").map(({ op }) => op);
  const windows = inputs.map(({ shape: [rows, columns] }) => `${rows}x${columns}`);
  return [
    `One pixel of '${region.name}': ${ops.join(", ")}.`,
    `From ${[...new Set(windows)].join(", ")} pixels of ${inputs.map(({ name }) => `'${name}'`).join(", ")}.`,
  ];
}
