import { UserError } from "../../../ir/errors.js";
import { contract } from "./contract.js";
import type { LayerCall, LayerHandler, Value } from "./handler.js";
import { type BinaryOp, Nodes } from "./nodes.js";

/** The inputs of a layer that takes at least `least` (and at most `most`) of them. */
export function severalInputs(
  { inputs, where }: LayerCall,
  least: number,
  most = Number.POSITIVE_INFINITY,
): readonly Value[] {
  if (inputs.length < least || inputs.length > most) {
    const count = least === most ? `${least}` : `at least ${least}`;
    throw new UserError(`it takes ${count} inputs, found ${inputs.length}`, { where });
  }
  return inputs;
}

/** The shape to which NumPy broadcasts these; Keras adds missing axes in front, behind the batch axis. */
export function broadcastShape(inputs: readonly Value[], where: string): readonly number[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(inputs.map(({ shape }) => shape[axis - rank + shape.length] ?? 1));
    sizes.delete(1);
    if (sizes.size > 1) {
      const shapes = inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(" and ");
      throw new UserError(`its inputs of shape ${shapes} do not fit together`, { where });
    }
    const [size] = sizes;
    return size ?? 1;
  });
}

/** A binary operator over any number of operands as a balanced tree. */
export function tree(
  nodes: Nodes,
  op: BinaryOp,
  inputs: readonly Value[],
  where: string,
  suffix: string,
): Value {
  const shape = broadcastShape(inputs, where);
  let level = inputs;
  while (level.length > 1) {
    const next: Value[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      const name = level.length === 2 ? suffix : "partial";
      next.push(nodes.binary(name, op, level[i] as Value, level[i + 1] as Value, shape));
    }
    if (level.length % 2 === 1) next.push(level.at(-1) as Value);
    level = next;
  }
  return nodes.expand(level[0] as Value, shape);
}

/** keras Add, Multiply, Maximum, Minimum. */
export function merge(op: BinaryOp): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    return nodes.result(tree(nodes, op, severalInputs(call, 1), call.where, ""));
  };
}

/** keras Subtract. */
export const subtract: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(tree(nodes, "subtract", severalInputs(call, 2, 2), call.where, ""));
};

/** keras Average: the sum, times 1 / n as `factor` gives it. */
export function average(factor: (count: number) => number): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const inputs = severalInputs(call, 1);
    const sum = tree(nodes, "add", inputs, call.where, "sum");
    return nodes.result(nodes.scale("", sum, factor(inputs.length), 0));
  };
}

/** keras Concatenate. */
export const concatenate: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const inputs = severalInputs(call, 1);
  const [first] = inputs as [Value];
  const rank = first.shape.length;
  const [axis] = call.config.axes("axis", rank + 1, -1) as [number];
  if (axis === 0) call.config.wrongType("axis", "an axis that is not the batch axis");
  const others = (shape: readonly number[]) => shape.filter((_, i) => i !== axis - 1).join();
  for (const { shape } of inputs) {
    if (shape.length !== rank || others(shape) !== others(first.shape)) {
      const shapes = inputs.map((input) => `[${input.shape.join(", ")}]`).join(" and ");
      throw new UserError(`its inputs of shape ${shapes} do not fit together`, { where: call.where });
    }
  }
  if (inputs.length === 1) return nodes.result(first);
  const total = inputs.reduce((sum, { shape }) => sum + (shape[axis - 1] as number), 0);
  const shape = first.shape.map((n, i) => (i === axis - 1 ? total : n));
  return nodes.result(nodes.add("", { op: "concat", axis: axis - 1 }, inputs, shape));
};

/**
 * keras Dot: the sum of products over one axis of each input; the other axes of the first come before those of the
 * second (keras/src/layers/merging/dot.py, `batch_dot`).
 */
export const dot: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const [a, b] = severalInputs(call, 2, 2) as [Value, Value];
  call.config.require("normalize", [false], false);
  const axes = [a, b].map((input, i) => {
    const value = call.config.get("axes");
    const own = Array.isArray(value) ? value[i] : value;
    const rank = input.shape.length + 1;
    const valid = Number.isSafeInteger(own) && Math.abs(own as number) <= rank && own !== 0;
    const axis = valid ? ((own as number) + rank) % rank : 0;
    return axis === 0 ? call.config.wrongType("axes", "an axis of each input, not the batch axis") : axis - 1;
  });
  // Letters of the axes: those of the first input, then those of the second, one in common.
  const letter = (n: number) => String.fromCharCode(97 + n);
  const left = a.shape.map((_, axis) => letter(axis));
  const right = b.shape.map((_, axis) =>
    axis === axes[1] ? (left[axes[0] as number] as string) : letter(a.shape.length + axis),
  );
  const out = [...left, ...right].filter((axis) => axis !== left[axes[0] as number]);
  const result = contract(
    nodes,
    "",
    [
      { value: a, axes: left },
      { value: b, axes: right },
    ],
    out,
    call.where,
  );
  return nodes.result(out.length === 0 ? nodes.reshape(result, [1], "vector") : result);
};
