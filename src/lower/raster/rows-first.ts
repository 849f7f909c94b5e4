import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { coarsen } from "./coarsen.js";

/** A graph whose inputs and outputs have rows and columns first, and the tensors that they stand for. */
export interface RowsFirst {
  readonly fixed: Fixed;
  /** Of each input whose axes were in another order, by name, and of each such output. */
  readonly inputs: ReadonlyMap<string, Ordered>;
  readonly outputs: ReadonlyMap<string, Ordered>;
}

/** A tensor with the axes of an image in any order. */
export interface Ordered {
  readonly node: FixedNode;
  /** Which of its axes are rows and columns; the others, in their order, are those of a pixel. */
  readonly axes: readonly [rows: number, columns: number];
}

/**
 * Takes away the transposes between a model's inputs or outputs with channels first and the graph's images: which beat and
 * bits an element lies in is a matter of the ports' packing. Transposes elsewhere stay. What nodes state is coarsened.
 */
export function rowsFirst(fixed: Fixed): RowsFirst {
  const nodes = nodesByName(fixed);
  const inputs = new Map<string, Ordered>();
  /** What stands for the transposes that are taken away. */
  const renamed = new Map<string, string>();
  const turned = new Map<string, FixedNode>();
  for (const node of fixed.nodes.filter(({ op }) => op === "input")) {
    const readers = fixed.nodes.filter((reader) => reader.inputs.includes(node.name));
    const [reader] = readers;
    const axes = reader === undefined ? undefined : imageAxes(reader, (source) => source);
    const alike = readers.every((other) => sameTranspose(other, reader as FixedNode));
    const shown = fixed.outputs.some(({ value }) => value === node.name);
    if (reader === undefined || axes === undefined || !alike || shown) continue;
    inputs.set(node.name, { node, axes });
    const { shape, types, ranges } = reader;
    turned.set(node.name, { ...node, shape, types, ranges });
    for (const { name } of readers) renamed.set(name, node.name);
  }
  const outputs = new Map<string, Ordered>();
  const ends = fixed.outputs.map(({ name, value }) => {
    const node = nodes.get(value) as FixedNode;
    const axes = renamed.has(value) ? undefined : imageAxes(node, inverse);
    if (axes === undefined) return { name, value: renamed.get(value) ?? value };
    outputs.set(name, { node, axes });
    const source = node.inputs[0] as string;
    return { name, value: renamed.get(source) ?? source };
  });
  const kept = fixed.nodes.filter(({ name }) => !renamed.has(name));
  const rewired = kept.map((node): FixedNode => {
    const known = coarsen(turned.get(node.name) ?? node);
    return { ...known, inputs: known.inputs.map((name) => renamed.get(name) ?? name) };
  });
  return { fixed: { ...fixed, nodes: rewired, outputs: ends }, inputs, outputs };
}

/**
 * Which axes of the tensor with channels first are rows and columns, where a node does nothing but to bring them first
 * (`order` the identity) or back (`order` the inverse), and all keep their order otherwise.
 */
function imageAxes(
  node: FixedNode,
  order: (permutation: readonly number[]) => readonly number[],
): Ordered["axes"] | undefined {
  if (node.op !== "transpose" || node.permutation.length < 3) return undefined;
  const [rows, columns, ...pixel] = order(node.permutation) as [number, number, ...number[]];
  const ascending = pixel.every((axis, i) => i === 0 || axis > (pixel[i - 1] as number));
  const first = rows === 0 && columns === 1;
  return ascending && rows < columns && !first ? [rows, columns] : undefined;
}

function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

function sameTranspose(a: FixedNode, b: FixedNode): boolean {
  return a.op === "transpose" && b.op === "transpose" && a.permutation.join() === b.permutation.join();
}
