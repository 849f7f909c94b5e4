import type { FixedNode, FixedNodeOf, FixedOp } from "../ir/fixed/fixed.js";
import type { Granular } from "../ir/granular.js";
import type { Tensor } from "../ir/tensor.js";

/**
 * A node for some channels of its result (and of its input, where it takes them one by one); undefined where a channel
 * has no meaning of its own. Shape, ranges and types follow when it is built.
 */
type KeepChannels<Op extends FixedOp> = (
  node: FixedNodeOf<Op>,
  kept: readonly number[],
) => FixedNodeOf<Op> | undefined;

/** Properties of the kept channels. */
function select<T>(granular: Granular<T>, kept: readonly number[]): Granular<T> {
  return granular.per === "channel"
    ? { per: "channel", items: kept.map((channel) => granular.items[channel] as T) }
    : granular;
}

/** The columns of a matrix (its last axis) that are kept. */
function columns({ shape, data }: Tensor<bigint>, kept: readonly number[]): Tensor<bigint> {
  const outputs = shape.at(-1) as number;
  const keep = new Set(kept);
  const result = data.filter((_, i) => keep.has(i % outputs));
  return { shape: shape.with(-1, kept.length), data: result };
}

const itself = <Node>(node: Node): Node => node;
const refuse = () => undefined;

/** What each operator does to its own attributes. A missing entry is a type error. */
const KEEP: { readonly [Op in FixedOp]: KeepChannels<Op> } = {
  // A port keeps its shape.
  input: refuse,
  constant: (node, kept) =>
    node.value.shape.length === 0 ? undefined : { ...node, value: columns(node.value, kept) },
  conv2d: (node, kept) =>
    node.groups === 1
      ? { ...node, kernel: columns(node.kernel, kept), bias: columns(node.bias, kept) }
      : undefined,
  dense: (node, kept) => ({ ...node, kernel: columns(node.kernel, kept), bias: columns(node.bias, kept) }),
  affine: (node, kept) => ({
    ...node,
    multiplier: select(node.multiplier, kept),
    offset: select(node.offset, kept),
  }),
  add: itself,
  subtract: itself,
  multiply: itself,
  maximum: itself,
  minimum: itself,
  relu: itself,
  clamp: (node, kept) => ({ ...node, limits: select(node.limits, kept) }),
  requantize: (node, kept) => ({ ...node, ...(node.limits && { limits: select(node.limits, kept) }) }),
  threshold: (node, kept) => ({ ...node, levels: kept.map((channel) => node.levels[channel] as bigint) }),
  steps: (node, kept) => ({ ...node, steps: select(node.steps, kept) }),
  table: (node, kept) => ({ ...node, tables: select(node.tables, kept) }),
  interpolate: itself,
  select: itself,
  pool2d: itself,
  // Channels of the result are other axes of the input, or several channels in one.
  reduce: refuse,
  argmax: refuse,
  // Where values are lists, channels are rows; the index is none of them.
  index_select: refuse,
  scatter: refuse,
  reshape: refuse,
  transpose: refuse,
  slice: refuse,
  pad: refuse,
  concat: refuse,
  gather: refuse,
  expand: refuse,
};

/** A node with only some of its channels; undefined where it cannot do without the others, or states elements. */
export function keepChannels(node: FixedNode, kept: readonly number[]): FixedNode | undefined {
  const { ranges: _, ...stated } = node;
  const properties = Object.values(stated) as readonly unknown[];
  if (properties.some(isPerElement)) return undefined;
  const keep = KEEP[node.op] as unknown as KeepChannels<FixedOp>;
  const result = keep(node as never, kept) as FixedNode | undefined;
  return result && { ...result, types: select(node.types, kept) };
}

function isPerElement(property: unknown): boolean {
  return typeof property === "object" && property !== null && "per" in property && property.per === "element";
}
