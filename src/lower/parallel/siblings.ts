import type { Fixed, FixedConv2d, FixedDense, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isPointwise, type PointwiseNode } from "../../ir/fixed/pointwise.js";
import { printFixed } from "../../ir/fixed/text.js";
import type { Interval } from "../../ir/fixed-point.js";
import { atElement, channelItems, finest, type Granular } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { isMovement } from "../../ir/movement.js";
import { sizeOf, type Tensor } from "../../ir/tensor.js";
import type { ParallelLayer } from "./plan.js";
import { unusedName } from "./prepare.js";

/** The nodes of a layer from its matrix on: pointwise nodes, and reshapes that keep the channels. */
type Branch = readonly [FixedConv2d | FixedDense, ...(PointwiseNode | Reshape)[]];
type Reshape = FixedNodeOf<"reshape">;

/** Layers that multiply equal values by constant matrices, equally placed, with the same nodes behind. */
export type Siblings = readonly [Branch, Branch, ...Branch[]];

/** A graph in which siblings are one layer, and what was added to it. */
export interface Joined {
  readonly fixed: Fixed;
  /** The nodes of the layer that all siblings are. */
  readonly added: readonly FixedNode[];
}

/** The layers of a graph that could be one. */
export function siblingsOf(fixed: Fixed, layers: readonly ParallelLayer[]): readonly Siblings[] {
  const nodes = nodesByName(fixed);
  const equal = equalValues(fixed);
  const groups = new Map<string, Branch[]>();
  for (const layer of layers) {
    const branch = branchOf(layer, nodes);
    const key = branch === undefined ? undefined : keyOf(branch, equal);
    if (branch === undefined || key === undefined) continue;
    groups.set(key, [...(groups.get(key) ?? []), branch]);
  }
  return [...groups.values()].filter((branches) => branches.length > 1) as unknown as readonly Siblings[];
}

function branchOf(
  { root, result }: ParallelLayer,
  nodes: ReadonlyMap<string, FixedNode>,
): Branch | undefined {
  if (root.op !== "dense" && (root.op !== "conv2d" || root.groups !== 1)) return undefined;
  const behind: FixedNode[] = [];
  for (let node = result; node !== root; node = nodes.get(node.inputs[0] as string) as FixedNode)
    behind.unshift(node);
  return [root, ...behind] as unknown as Branch;
}

/** Of each value, the first one that equals it: movements and pointwise nodes that do the same with equal values. */
function equalValues(fixed: Fixed): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  const equal = new Map<string, string>();
  for (const node of fixed.nodes) {
    if (!isMovement(node) && !isPointwise(node)) {
      equal.set(node.name, node.name);
      continue;
    }
    const inputs = node.inputs.map((name) => equal.get(name) as string);
    const text = printFixed({ name: "", nodes: [{ ...node, name: "", inputs }], outputs: [] });
    const first = firsts.get(text) ?? node.name;
    firsts.set(text, first);
    equal.set(node.name, first);
  }
  return equal;
}

/** What siblings have in common; undefined for a layer that has none. */
function keyOf(branch: Branch, equal: ReadonlyMap<string, string>): string | undefined {
  const source = equal.get(branch[0].inputs[0] as string);
  const parts = branch.map((node, i): string | undefined => {
    switch (node.op) {
      case "dense":
        return `dense ${source}`;
      case "conv2d": {
        const { kernel, pads, strides, dilations } = node;
        return `conv2d ${source} ${kernel.shape.slice(0, 2)} ${JSON.stringify([pads, strides, dilations])}`;
      }
      case "requantize":
        return `requantize ${node.rounding} ${node.overflow} ${node.limits !== undefined}`;
      case "reshape":
        return node.shape.at(-1) === branch[i - 1]?.shape.at(-1)
          ? `reshape ${node.shape.slice(0, -1)}`
          : undefined;
      // Its entries are those of all channels.
      case "interpolate":
        return undefined;
      default:
        return node.op;
    }
  });
  return parts.includes(undefined) ? undefined : parts.join("; ");
}

/** Siblings as one layer, whose channels are those of the first, then those of the next; slices give the old values. */
export function joinSiblings(fixed: Fixed, siblings: Siblings): Joined {
  const names = new Set(fixed.nodes.map(({ name }) => name));
  const [first] = siblings;
  const added: FixedNode[] = [];
  first.forEach((_, i) => {
    const nodes = siblings.map((branch) => branch[i] as FixedNode);
    const name = unusedName(joinedName(nodes.map((node) => node.name)), names);
    added.push(joinNodes(nodes, name, added.at(-1)?.name));
  });
  const joined = added.at(-1) as FixedNode;
  let start = 0;
  const slices = siblings.map((branch): FixedNode => {
    const { name, shape, types, ranges } = branch.at(-1) as FixedNode;
    const starts = shape.map((_, axis) => (axis === shape.length - 1 ? start : 0));
    start += shape.at(-1) as number;
    const steps = shape.map(() => 1);
    return { op: "slice", name, inputs: [joined.name], shape, types, ranges, starts, steps };
  });
  const old = new Set(siblings.flatMap((branch) => branch.map(({ name }) => name)));
  const nodes = fixed.nodes.flatMap((node) => {
    if (node === first[0]) return [...added, ...slices];
    return old.has(node.name) ? [] : [node];
  });
  return { fixed: { ...fixed, nodes }, added };
}

function joinedName(names: readonly string[]): string {
  const [first] = names as [string];
  return names.length <= 3 ? names.join("+") : `${first}+${names.length - 1} more`;
}

/** Nodes of one operator as one, the channels side by side. `source` is what it reads, that of the first by default. */
function joinNodes(nodes: readonly FixedNode[], name: string, source: string | undefined): FixedNode {
  const [first] = nodes as [FixedNode];
  const channels = nodes.reduce((sum, { shape }) => sum + (shape.at(-1) as number), 0);
  return {
    ...first,
    ...{ name, inputs: source === undefined ? first.inputs : [source] },
    shape: first.shape.with(-1, channels),
    types: beside(nodes, ({ types }) => types),
    ranges: beside(nodes, ({ ranges }) => ranges),
    ...ownAttributes(nodes),
  } as FixedNode;
}

/** What only the operator of these nodes has, of all of them. */
function ownAttributes(nodes: readonly FixedNode[]): Partial<FixedNode> {
  const all = <Op extends FixedNode["op"]>(op: Op) =>
    nodes.filter((node): node is FixedNodeOf<Op> => node.op === op);
  const [first] = nodes as [FixedNode];
  switch (first.op) {
    case "dense":
      return { kernel: columns(all("dense"), "kernel"), bias: columns(all("dense"), "bias") };
    case "conv2d":
      return { kernel: columns(all("conv2d"), "kernel"), bias: columns(all("conv2d"), "bias") };
    case "affine": {
      const own = all("affine");
      return {
        multiplier: beside(own, ({ multiplier }) => multiplier),
        offset: beside(own, ({ offset }) => offset),
      };
    }
    case "clamp":
      return { limits: beside(all("clamp"), ({ limits }) => limits) };
    case "requantize":
      if (first.limits === undefined) return {};
      return { limits: beside(all("requantize"), ({ limits }) => limits as Granular<Interval>) };
    case "threshold":
      return { levels: all("threshold").flatMap(({ levels }) => levels) };
    case "steps":
      return { steps: beside(all("steps"), ({ steps }) => steps) };
    case "table":
      return { tables: beside(all("table"), ({ tables }) => tables) };
    default:
      return {};
  }
}

/** A property of nodes whose channels lie side by side. */
function beside<Node extends FixedNode, T>(
  nodes: readonly Node[],
  of: (node: Node) => Granular<T>,
): Granular<T> {
  const own = nodes.map((node) => ({ granular: of(node), channels: node.shape.at(-1) as number }));
  if (finest(...own.map(({ granular }) => granular)) !== "element")
    return {
      per: "channel",
      items: own.flatMap(({ granular, channels }) => channelItems(granular, channels)),
    };
  const positions = sizeOf((nodes[0] as Node).shape.slice(0, -1));
  const items = Array.from({ length: positions }, (_, position) =>
    own.flatMap(({ granular, channels }) =>
      Array.from({ length: channels }, (_, i) => atElement(granular, position * channels + i, channels)),
    ),
  );
  return { per: "element", items: items.flat() };
}

/** Matrices of as many rows side by side: their last axes one behind the other. */
function columns<Key extends "kernel" | "bias">(
  nodes: readonly { readonly [K in Key]: Tensor<bigint> }[],
  key: Key,
): Tensor<bigint> {
  const tensors = nodes.map((node) => node[key]);
  const { shape } = tensors[0] as Tensor<bigint>;
  const widths = tensors.map((tensor) => tensor.shape.at(-1) as number);
  const rows = sizeOf(shape.slice(0, -1));
  const data = Array.from({ length: rows }, (_, row) =>
    tensors.flatMap((tensor, i) => {
      const width = widths[i] as number;
      return tensor.data.slice(row * width, (row + 1) * width);
    }),
  );
  return {
    shape: shape.with(
      -1,
      widths.reduce((sum, width) => sum + width, 0),
    ),
    data: data.flat(),
  };
}
