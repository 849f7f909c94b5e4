import { UserError } from "../../ir/errors.js";
import type { Model, ModelNode } from "../../ir/model/model.js";
import type { Note } from "../../ir/note.js";
import { sizeOf } from "../../ir/tensor.js";
import { BatchMixed } from "./batch.js";
import { arrangeConstant, tensorOf } from "./constants.js";
import type { Dtype } from "./dtype.js";
import {
  affineIndices,
  broadcastConstant,
  broadcastShapes,
  type Constant,
  type Live,
  nodeShape,
  pick,
  type Shape,
  showShape,
  type Value,
} from "./values.js";

/** More elements than one event of a trigger has, and than all constants of a model together. */
export const MOST_ELEMENTS = 2 ** 24;

/** What a node says besides name, inputs and shape. */
type Own<Node> = Node extends ModelNode ? Omit<Node, "name" | "inputs" | "shape"> : never;
export type Operation = Own<ModelNode>;

/** Collects the nodes of a model; each handler of an operator gets one that knows for which node of the file it works. */
export class Builder {
  readonly nodes: ModelNode[] = [];
  readonly notes: Note[] = [];
  readonly #names = new Set<string>();
  readonly #said = new Set<string>();
  #budget = MOST_ELEMENTS;
  /** File and node, for errors. */
  where: string;
  /** The name of the node's main node in the model; others append to it. */
  base = "";
  /** The length that the file gives the batch axis; 1 where it gives none. */
  batchSize = 1;
  /** Whether a scale was met that is no power of two. */
  oddScales = 0;

  constructor(where: string) {
    this.where = where;
  }

  refuse(message: string, hint?: string): never {
    throw new UserError(message, { where: this.where, ...(hint !== undefined && { hint }) });
  }

  note(message: string): void {
    const key = `${this.where}\n${message}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.notes.push({ where: this.where, message });
  }

  /** Refuses a shape so large that only a damaged or hostile file has it, before anything is allocated. */
  checkSize(shape: Shape): Shape {
    if (shape.some((n) => !Number.isSafeInteger(n) || n < 0)) this.refuse(`${showShape(shape)} is no shape`);
    if (shape.length > 32) this.refuse(`a tensor of ${shape.length} axes is not supported`);
    if (sizeOf(shape) > MOST_ELEMENTS) {
      this.refuse(`its shape ${showShape(shape)} has more than ${MOST_ELEMENTS} elements`);
    }
    return shape;
  }

  /** Allows more work on constants, for the weights that the file holds. */
  allow(elements: number): void {
    this.#budget += 4 * elements;
  }

  /** Like `checkSize`, for what takes memory or time in proportion: all of it together is limited. */
  spend(shape: Shape): Shape {
    this.checkSize(shape);
    this.#budget -= sizeOf(shape) + 1;
    if (this.#budget < 0) {
      this.refuse("the constants that the model computes have too many elements in all");
    }
    return shape;
  }

  /** Adds a node and returns its name: that of the file's node, with a suffix for what is only part of it. */
  add(operation: Operation, inputs: readonly string[], shape: Shape, suffix = ""): string {
    this.checkSize(shape);
    if (sizeOf(shape) === 0) this.refuse(`its result of shape ${showShape(shape)} has no elements`);
    if (this.nodes.length >= 200_000) this.refuse("the model needs more than 200000 nodes");
    const name = this.unique(suffix === "" ? this.base : `${this.base}.${suffix}`);
    this.nodes.push({ ...operation, name, inputs, shape } as ModelNode);
    return name;
  }

  unique(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#names.has(name); n++) name = `${wanted}.${n}`;
    this.#names.add(name);
    return name;
  }

  /** A node that works on each element by itself: the order of the axes stays. */
  pointwise(operation: Operation, input: Live, suffix = "", dtype: Dtype = input.dtype): Live {
    const name = this.add(operation, [input.name], nodeShape(input), suffix);
    return { ...input, name, dtype, integers: undefined };
  }

  /** A constant as a node of the model. */
  materialize(value: Constant): Live {
    const axes = value.shape.map((_, axis) => axis);
    const { tensor, quantizer } = tensorOf(value, this.where);
    const name = this.add({ op: "constant", value: tensor, quantizer }, [], value.shape, "constant");
    return { kind: "live", name, dtype: value.dtype, shape: value.shape, axes, batch: undefined };
  }

  live(value: Value): Live {
    return value.kind === "live" ? value : this.materialize(value);
  }

  /** The value in a node whose axes carry the given axes of the file (−1: an axis of length 1). */
  arrange(value: Live, target: readonly number[]): Live {
    if (value.axes.join() === target.join()) return value;
    const { shape } = value;
    const real = (axes: readonly number[]) => axes.filter((axis) => axis >= 0 && shape[axis] !== 1);
    const [now, then] = [real(value.axes), real(target)];
    let current = value;
    if (now.join() !== then.join()) {
      const order = permutation(value.axes, target) ?? permutation(value.axes, unitsFirst(value, then));
      if (order === undefined) throw new UserError("its axes cannot be put in order", { where: this.where });
      const axes = order.map((axis) => value.axes[axis] as number);
      const name = this.add(
        { op: "transpose", permutation: order },
        [value.name],
        nodeShape({ axes, shape }),
        "transpose",
      );
      current = { ...value, name, axes };
    }
    const wanted = nodeShape({ axes: target, shape });
    if (nodeShape(current).join() === wanted.join() && current.axes.length === target.length) {
      return { ...current, axes: target };
    }
    return {
      ...current,
      name: this.add({ op: "reshape" }, [current.name], wanted, "reshape"),
      axes: target,
    };
  }

  /** The value with all its axes but the batch in the file's order. */
  inOrder(value: Live): Live {
    return this.arrange(value, axesWithoutBatch(value.shape, value.batch));
  }

  /** The value with one axis of the file last, and on its own axis of the node. */
  withLast(value: Live, axis: number): Live {
    if (value.axes.at(-1) === axis) return value;
    const others = value.axes.filter((other) => other !== axis && other >= 0 && value.shape[other] !== 1);
    return this.arrange(value, [...others, axis]);
  }

  /** The value with the given axis carried by an axis of the node. */
  withAxis(value: Live, axis: number): Live {
    return value.axes.includes(axis) ? value : this.arrange(value, [axis, ...value.axes]);
  }

  /** The value under a shape with the same axes in the same order but for axes of length 1: costs nothing. */
  relabel(value: Live, shape: Shape, oldAxis: readonly (number | undefined)[]): Live {
    const renamed = new Map<number, number>();
    for (const [axis, old] of oldAxis.entries()) if (old !== undefined) renamed.set(old, axis);
    const axes = value.axes.map((axis) => renamed.get(axis) ?? -1);
    const batch = value.batch === undefined ? undefined : renamed.get(value.batch);
    return { ...value, shape, axes, batch };
  }

  /** Broadcasts a value to a shape of the file, in a node with these axes. */
  expand(value: Live, shape: Shape, target: readonly number[], batch: number | undefined): Live {
    const missing = shape.length - value.shape.length;
    const aligned = this.relabel(
      value,
      [...Array.from({ length: missing }, () => 1), ...value.shape],
      shape.map((_, axis) => (axis < missing ? undefined : axis - missing)),
    );
    const arranged = this.arrange(aligned, target);
    const wanted = nodeShape({ axes: target, shape });
    if (nodeShape(arranged).join() === wanted.join()) return { ...arranged, shape, batch };
    const name = this.add({ op: "expand" }, [arranged.name], wanted, "expand");
    return { ...arranged, name, shape, axes: target, batch };
  }

  /**
   * A live value ready to meet a constant element by element: broadcast where the constant is larger, and with the axis
   * along which alone the constant varies last, so that it is one number per channel.
   */
  meet(value: Live, other: Shape): Live {
    const shape = broadcastShapes(value.shape, other);
    if (shape === undefined) {
      this.refuse(`shapes ${showShape(value.shape)} and ${showShape(other)} do not broadcast`);
    }
    const missing = shape.length - value.shape.length;
    const batch = value.batch === undefined ? undefined : value.batch + missing;
    if (batch !== undefined && shape[batch] !== 1) throw new BatchMixed(this.where, "its broadcast", batch);
    let result = value;
    if (missing > 0 || shape.some((n, axis) => n !== value.shape[axis])) {
      const kept = value.axes.map((axis) => (axis < 0 ? -1 : axis + missing));
      const added = shape.flatMap((n, axis) => (n !== 1 && !kept.includes(axis) ? [axis] : []));
      result = this.expand(value, shape, [...added, ...kept], batch);
    }
    const varies = padShape(other, shape.length).flatMap((n, axis) => (n === 1 ? [] : [axis]));
    const [only] = varies;
    return varies.length === 1 && only !== undefined ? this.withLast(result, only) : result;
  }

  /** A constant, broadcast to a live value's shape, in the order of its node: one value, one per channel or per element. */
  factor(value: Constant, like: Live): Constant {
    if (sizeOf(value.shape) === 1) return { ...value, shape: [] };
    const padded = { ...value, shape: padShape(value.shape, like.shape.length) };
    const last = like.axes.at(-1) ?? -1;
    const varies = padded.shape.flatMap((n, axis) => (n === 1 ? [] : [axis]));
    if (varies.length === 1 && varies[0] === last) return { ...value, shape: [value.data.length] };
    this.spend(like.shape);
    return arrangeConstant(broadcastConstant(padded, like.shape), like.axes);
  }

  model(name: string, outputs: Model["outputs"]): Model {
    return { name, nodes: this.nodes, outputs };
  }

  /** Elements of a constant moved by strides; counts against the limit of all constants. */
  stride(value: Constant, shape: Shape, strides: readonly number[], offset = 0): Constant {
    this.spend(shape);
    return pick(value, shape, affineIndices(shape, strides, offset));
  }
}

/** The axes of a file's value that a node needs: without the batch, or without a leading axis of length 1. */
export function axesWithoutBatch(shape: Shape, batch: number | undefined): readonly number[] {
  const dropped = batch ?? (shape.length > 1 && shape[0] === 1 ? 0 : undefined);
  return shape.map((_, axis) => axis).filter((axis) => axis !== dropped);
}

function padShape(shape: Shape, rank: number): Shape {
  return [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
}

/** Which axis of `from` each axis of `to` is; undefined when they do not have the same ones. */
function permutation(from: readonly number[], to: readonly number[]): readonly number[] | undefined {
  if (from.length !== to.length) return undefined;
  const used = new Set<number>();
  const order = to.map((axis) => {
    const index = from.findIndex((other, i) => other === axis && !used.has(i));
    used.add(index);
    return index;
  });
  return order.includes(-1) ? undefined : order;
}

function unitsFirst({ axes, shape }: Live, order: readonly number[]): readonly number[] {
  return [...axes.filter((axis) => axis < 0 || shape[axis] === 1), ...order];
}
