import type { Granular } from "../../ir/granular.js";
import { useCounts } from "../../ir/graph.js";
import type { Model, ModelDense, ModelNode, Quantizer } from "../../ir/model/model.js";
import { affineIndices, rowMajorStrides, type Shape } from "./values.js";

/**
 * A dense layer that reads an image flattened in another order than it lies in: the rows of its kernel are put in the
 * image's order instead, so that no transpose stands between (transpose, reshape, dense → reshape, dense).
 */
export function absorbTransposes(model: Model): Model {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const uses = useCounts(model);
  const replaced = new Map<string, ModelNode>();
  for (const dense of model.nodes) {
    if (dense.op !== "dense") continue;
    const flat = nodes.get(dense.inputs[0] as string);
    if (flat?.op !== "reshape" || flat.shape.length !== 1 || uses.get(flat.name) !== 1) continue;
    const turned = nodes.get(flat.inputs[0] as string);
    if (turned?.op !== "transpose" || uses.get(turned.name) !== 1) continue;
    const source = nodes.get(turned.inputs[0] as string) as ModelNode;
    replaced.set(dense.name, withRows(dense, rowOrder(source.shape, turned.permutation)));
    replaced.set(flat.name, { ...flat, inputs: [source.name] });
    replaced.set(turned.name, turned);
  }
  const used = (node: ModelNode) => !(node.op === "transpose" && replaced.has(node.name));
  return { ...model, nodes: model.nodes.filter(used).map((node) => replaced.get(node.name) ?? node) };
}

/** For each element of the image in its own order, its place in the transposed one. */
function rowOrder(shape: Shape, permutation: readonly number[]): Int32Array {
  const turned = permutation.map((axis) => shape[axis] as number);
  const strides = rowMajorStrides(turned);
  return affineIndices(
    shape,
    shape.map((_, axis) => strides[permutation.indexOf(axis)] as number),
  );
}

function withRows(dense: ModelDense, order: Int32Array): ModelDense {
  const columns = dense.kernel.shape[1] as number;
  const move = <T>(items: readonly T[]): readonly T[] => {
    const result = new Array<T>(items.length);
    for (const [row, from] of order.entries()) {
      for (let c = 0; c < columns; c++) result[row * columns + c] = items[from * columns + c] as T;
    }
    return result;
  };
  const moved = <T>(granular: Granular<T>): Granular<T> =>
    granular.per === "element" ? { ...granular, items: move(granular.items) } : granular;
  const quantizer = (old: Quantizer): Quantizer => ({
    ...old,
    types: moved(old.types),
    ...(old.limits && { limits: moved(old.limits) }),
  });
  const { kernel, kernelQuantizer } = dense;
  return {
    ...dense,
    kernel: { shape: kernel.shape, data: move(kernel.data) },
    kernelQuantizer: kernelQuantizer && quantizer(kernelQuantizer),
  };
}
