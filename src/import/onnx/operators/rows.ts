import type { ModelNode } from "../../../ir/model/model.js";
import { sizeOf } from "../../../ir/tensor.js";
import { affine, binaryLive } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { reshapeValue, squeezeValue, transposeValue } from "../shapes.js";
import { type Constant, type Live, nodeShape, type Shape, showShape, type Value } from "../values.js";

/** The lowest float32, which PyTorch puts where a maximum without its base begins. */
const LOWEST = -3.4028234663852886e38;

/** Rows along an axis at indices that the event has, which take the axis's place. */
export function selectRows(call: Call, value: Value, index: Live, axis: number): Value {
  const { builder } = call;
  call.keepEvents(value, [axis]);
  const x = call.plain(builder.live(rowsFirst(value, axis)));
  const list = asList(call, index);
  const target = axesOf(x);
  const name = builder.add(
    { op: "index_select" },
    [builder.arrange(x, target).name, list.name],
    [list.shape[0] as number, ...nodeShape({ axes: target.slice(1), shape: x.shape })],
  );
  const taken: Live = { ...x, name, axes: target, shape: x.shape.with(0, list.shape[0] as number) };
  const rank = index.shape.length;
  const spread = rank === 1 ? taken : reshapeValue(builder, taken, [...index.shape, ...x.shape.slice(1)]);
  if (axis === 0) return spread;
  const others = spread.shape.map((_, n) => n).slice(rank);
  const indices = index.shape.map((_, n) => n);
  return transposeValue(spread, [...others.slice(0, axis), ...indices, ...others.slice(axis)]);
}

/** GatherND whose indices name rows only. */
export const gatherNd: Handler = (call) => {
  const [value, indices] = [call.value(0), call.value(1)];
  if (call.attributes.int("batch_dims", 0) !== 0) call.refuse("batch_dims above 0 are not supported");
  if (indices.kind === "constant") {
    return call.refuse("constant indices are supported in Gather and Slice only");
  }
  return [selectRows(call, value, rowIndices(call, indices), 0)];
};

/** ScatterElements that brings whole rows together. */
export const scatterElements: Handler = (call) => {
  const [base, indices, updates] = [call.value(0), call.value(1), call.value(2)];
  const axis = call.axis(call.attributes.int("axis", 0), base.shape.length);
  if (indices.kind === "constant") return call.refuse("constant indices are not supported");
  if (indices.shape.join() !== updates.shape.join()) {
    call.refuse(`its indices ${showShape(indices.shape)} and updates ${showShape(updates.shape)} differ`);
  }
  return [combineRows(call, base, wholeRows(call, indices, axis), updates, axis)];
};

/** ScatterND whose indices name rows only. */
export const scatterNd: Handler = (call) => {
  const [base, indices, updates] = [call.value(0), call.value(1), call.value(2)];
  if (indices.kind === "constant") return call.refuse("constant indices are not supported");
  const rows = rowIndices(call, indices);
  const shape = [...rows.shape, ...base.shape.slice(1)];
  if (updates.shape.join() !== shape.join()) {
    call.refuse(`its updates have the shape ${showShape(updates.shape)}, not ${showShape(shape)}`);
  }
  const flat = [sizeOf(rows.shape), ...base.shape.slice(1)];
  return [combineRows(call, base, asList(call, rows), reshapeValue(call.builder, updates, flat), 0)];
};

function combineRows(call: Call, base: Value, list: Live, updates: Value, axis: number): Value {
  const { builder } = call;
  const kinds = ["none", "add", "mul", "max", "min"] as const;
  const reduction = call.attributes.oneOf("reduction", kinds, "none");
  const others = (shape: Shape) => shape.toSpliced(axis, 1).join();
  if (others(base.shape) !== others(updates.shape)) {
    call.refuse(
      `its data ${showShape(base.shape)} and updates ${showShape(updates.shape)} differ in more than rows`,
    );
  }
  const combine = (kind: "sum" | "max", suffix = "") =>
    scatter(call, list, updates, axis, base, kind, suffix);
  if (reduction === "add") {
    if (isZero(base)) return combine("sum");
    const sum = combine("sum", "rows");
    if (base.kind === "live") return binaryLive(builder, "add", sum, call.plain(base));
    return affine(builder, sum, { offset: base });
  }
  // What PyTorch's scatter_reduce without its base begins with: the lowest number (in a sum 0) in rows that get something.
  if (reduction === "min" && isZero(base) && isLowest(updates)) return combine("max");
  if (reduction === "max") {
    if (isZero(base)) return builder.pointwise({ op: "relu" }, combine("max", "rows"));
    if (base.kind === "live" && beginsLowest(call, base, list)) return combine("max");
    return call.refuse("a maximum is supported over data of zeros only");
  }
  if (reduction === "none" && isZero(base) && isZero(updates)) return base;
  if (reduction === "none") {
    return call.refuse(
      "it overwrites rows: of several with one index the last would stay, and hardware has no order",
      "Use the reduction add or max. PyTorch's exporter also writes this for a mean: divide a sum by a count instead.",
    );
  }
  return call.refuse(`the reduction '${reduction}' is not supported: add and max are`);
}

function scatter(
  call: Call,
  list: Live,
  updates: Value,
  axis: number,
  base: Value,
  kind: "sum" | "max",
  suffix: string,
): Live {
  const { builder } = call;
  call.keepEvents(base, [axis]);
  call.keepEvents(updates, [axis]);
  const x = call.plain(builder.live(rowsFirst(updates, axis)));
  const target = axesOf(x);
  const rows = base.shape[axis] as number;
  const name = builder.add(
    { op: "scatter", kind, rows },
    [builder.arrange(x, target).name, list.name],
    [rows, ...nodeShape({ axes: target.slice(1), shape: x.shape })],
    suffix,
  );
  const result: Live = { ...x, name, axes: target, shape: x.shape.with(0, rows) };
  const order = result.shape.map((_, n) => n).slice(1);
  return axis === 0 ? result : (transposeValue(result, order.toSpliced(axis, 0, 0)) as Live);
}

function rowsFirst(value: Value, axis: number): Value {
  if (axis === 0) return value;
  const order = value.shape.map((_, n) => n);
  return transposeValue(value, [axis, ...order.toSpliced(axis, 1)]);
}

/** All axes in the file's order but the batch; the rows are the first. */
const axesOf = ({ shape, batch }: Live): readonly number[] =>
  shape.map((_, axis) => axis).filter((axis) => axis !== batch);

/** Indices in a node with one axis. */
function asList(call: Call, index: Live): Live {
  call.plain(index);
  call.keepEvents(
    index,
    index.shape.map((_, axis) => axis),
  );
  const { builder } = call;
  const ordered = builder.inOrder(index);
  const [name, shape] = [unshaped(call, ordered.name), [sizeOf(index.shape)]];
  const isList = (node: ModelNode) => node.shape.join() === shape.join();
  const source = nodeOf(call, name) as ModelNode;
  // Networks use an index often: one list serves all.
  const known = isList(source)
    ? source
    : builder.nodes.find((node) => node.op === "reshape" && node.inputs[0] === name && isList(node));
  const list = known?.name ?? builder.add({ op: "reshape" }, [name], shape, "index");
  return { ...ordered, name: list, shape, axes: [0], batch: undefined };
}

/** The indices of rows [E] out of coordinates [E, 1]. */
function rowIndices(call: Call, indices: Live): Live {
  if (indices.shape.at(-1) !== 1) {
    call.refuse(`its indices ${showShape(indices.shape)} name more than rows: their last axis should be 1`);
  }
  return squeezeValue(call.builder, indices, [indices.shape.length - 1]) as Live;
}

/** The one index that all elements of a row have. */
function wholeRows(call: Call, indices: Live, axis: number): Live {
  const count = indices.shape[axis] as number;
  const one = indices.shape.map((n, other) => (other === axis ? n : 1));
  if (sizeOf(indices.shape) === count) return asList(call, indices);
  if (count === 1) {
    const only = spreadElement(call, indices.name);
    if (only !== undefined) {
      const axes = only.shape.map(() => -1);
      return asList(call, { ...indices, name: only.name, shape: one, axes, batch: undefined });
    }
  }
  const node = nodeOf(call, indices.name);
  const source = node?.op === "expand" ? nodeOf(call, node.inputs[0] as string) : undefined;
  const at = indices.axes.indexOf(axis) - (node?.shape.length ?? 0);
  const whole = source?.shape.every((n, other) => n === 1 || other - source.shape.length === at);
  if (source === undefined || whole !== true || sizeOf(source.shape) !== count) {
    return call.refuse(
      "its indices differ within a row: only whole rows are brought together",
      "Give all elements of a row one index: index.unsqueeze(1).expand_as(values).",
    );
  }
  const axes = source.shape.map((_, other) => (other - source.shape.length === at ? axis : -1));
  return asList(call, { ...indices, name: source.name, shape: one, axes, batch: undefined });
}

/** The one element that a value has in all places; undefined where it has several, or they are not seen to be one. */
function spreadElement(call: Call, name: string): ModelNode | undefined {
  const node = nodeOf(call, name);
  if (node === undefined || sizeOf(node.shape) === 1) return node;
  const spreads = node.op === "expand" || node.op === "reshape" || node.op === "transpose";
  return spreads ? spreadElement(call, node.inputs[0] as string) : undefined;
}

function nodeOf(call: Call, name: string): ModelNode | undefined {
  return call.builder.nodes.find((node) => node.name === name);
}

const isZero = (value: Value): value is Constant =>
  value.kind === "constant" && value.data.every((x) => x === 0);
const isLowest = (value: Value): boolean => value.kind === "constant" && value.data.every((x) => x <= LOWEST);

/** Whether a value is 0 but in the rows of the list, where it is the lowest number. */
function beginsLowest(call: Call, { name }: Live, list: Live): boolean {
  const node = nodeOf(call, name);
  if (node?.op !== "scatter" || node.kind !== "max") return false;
  const [values, index] = node.inputs.map((input) => nodeOf(call, input));
  const lowest = values?.op === "constant" && values.value.data.every((x) => x <= LOWEST);
  return lowest && unshaped(call, index?.name) === unshaped(call, list.name);
}

/** The value that reshapes make lists of. */
function unshaped(call: Call, name = ""): string {
  const node = nodeOf(call, name);
  return node?.op === "reshape" ? unshaped(call, node.inputs[0]) : name;
}
