import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isPointwise } from "../../ir/fixed/pointwise.js";
import { atElement, type Granular } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { movementSources } from "../../ir/movement.js";
import { coarsen, isGranular } from "./coarsen.js";

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

type Transpose = FixedNodeOf<"transpose">;

/**
 * Takes away the transposes between a model's inputs or outputs with channels first and the graph's images: which beat and
 * bits an element lies in is a matter of the ports' packing. Pointwise nodes between an input and its transposes are
 * turned; transposes elsewhere stay. What nodes state is coarsened.
 */
export function rowsFirst(fixed: Fixed): RowsFirst {
  const nodes = nodesByName(fixed);
  const inputs = new Map<string, Ordered>();
  /** What stands for the transposes that are taken away. */
  const renamed = new Map<string, string>();
  const turned = new Map<string, FixedNode>();
  for (const node of fixed.nodes.filter(({ op }) => op === "input")) {
    const { before, transposes } = untilTransposed(fixed, node) ?? { before: [], transposes: [] };
    const [transpose] = transposes;
    const axes = transpose === undefined ? undefined : imageAxes(transpose.permutation);
    if (transpose === undefined || axes === undefined) continue;
    inputs.set(node.name, { node, axes });
    for (const own of before) turned.set(own.name, turn(own, transpose));
    for (const { name, inputs: read } of transposes) renamed.set(name, read[0] as string);
  }
  const outputs = new Map<string, Ordered>();
  const ends = fixed.outputs.map(({ name, value }) => {
    const node = nodes.get(value) as FixedNode;
    const axes =
      node.op === "transpose" && !renamed.has(value) ? imageAxes(inverse(node.permutation)) : undefined;
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
 * An input with the pointwise nodes behind it, and the transposes, all the same, that are all that reads them; undefined
 * where something else does.
 */
function untilTransposed(
  { nodes, outputs }: Fixed,
  input: FixedNode,
): { readonly before: readonly FixedNode[]; readonly transposes: readonly Transpose[] } | undefined {
  const before = new Map([[input.name, input]]);
  const transposes: Transpose[] = [];
  for (const node of nodes) {
    if (!node.inputs.some((name) => before.has(name))) continue;
    if (node.op === "transpose") transposes.push(node);
    // The levels of a threshold go with the last axis.
    else if (isPointwise(node) && node.op !== "threshold") before.set(node.name, node);
    else return undefined;
  }
  const [first] = transposes;
  const alike = transposes.every(({ permutation }) => permutation.join() === first?.permutation.join());
  const shown = outputs.some(({ value }) => before.has(value));
  return alike && !shown ? { before: [...before.values()], transposes } : undefined;
}

/** A node with the axes of its value in the order of a transpose. */
function turn(node: FixedNode, { shape, ...transpose }: Transpose): FixedNode {
  const { element } = movementSources({ ...transpose, shape }, [node.shape]);
  const last = node.shape.at(-1) ?? 1;
  const reorder = (stated: Granular<unknown>): Granular<unknown> =>
    stated.per === "tensor"
      ? stated
      : { per: "element", items: Array.from(element, (i) => atElement(stated, i, last)) };
  const entries = Object.entries(node).map(([key, stated]) => [
    key,
    isGranular(stated) ? reorder(stated) : stated,
  ]);
  return { ...Object.fromEntries(entries), shape } as unknown as FixedNode;
}

/**
 * Which axes of a tensor are rows and columns, where a permutation does nothing but to bring them first; undefined where
 * it changes the order of others too.
 */
function imageAxes([rows, columns, ...pixel]: readonly number[]): Ordered["axes"] | undefined {
  if (rows === undefined || columns === undefined || pixel.length === 0) return undefined;
  const ascending = pixel.every((axis, i) => i === 0 || axis > (pixel[i - 1] as number));
  const first = rows === 0 && columns === 1;
  return ascending && rows < columns && !first ? [rows, columns] : undefined;
}

function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}
