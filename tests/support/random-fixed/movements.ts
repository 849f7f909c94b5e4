import type { MovementOp } from "../../../src/ir/movement.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import { append, MOST_ELEMENTS, partner, type RandomOperator } from "./graph.js";

const randomReshape: RandomOperator = (graph, from) => {
  const { random } = graph;
  let rest = sizeOf(from.shape);
  const shape: number[] = [];
  while (rest > 1 && shape.length < 3) {
    const size = random.pick(Array.from({ length: rest }, (_, n) => n + 1).filter((n) => rest % n === 0));
    shape.push(size);
    rest /= size;
  }
  return append(graph, { op: "reshape", shape: rest > 1 ? [...shape, rest] : shape }, [from]);
};

const randomTranspose: RandomOperator = (graph, from) => {
  const rest = from.shape.map((_, axis) => axis);
  const permutation = from.shape.map(
    () => rest.splice(graph.random.integer(0, rest.length - 1), 1)[0] as number,
  );
  return append(graph, { op: "transpose", permutation }, [from]);
};

const randomSlice: RandomOperator = (graph, from) => {
  const { random } = graph;
  const axes = from.shape.map((size) => {
    if (random.chance(0.4)) return { start: 0, step: 1, count: size };
    const start = random.integer(0, size - 1);
    const step = random.pick([-2, -1, 1, 2, 3]);
    const room = step > 0 ? Math.floor((size - 1 - start) / step) : Math.floor(start / -step);
    return { start, step, count: random.integer(1, room + 1) };
  });
  const [starts, steps, shape] = [
    axes.map(({ start }) => start),
    axes.map(({ step }) => step),
    axes.map(({ count }) => count),
  ];
  return append(graph, { op: "slice", starts, steps, shape }, [from]);
};

const randomPad: RandomOperator = (graph, from) => {
  const counts = () =>
    from.shape.map(() =>
      sizeOf(from.shape) < MOST_ELEMENTS && graph.random.chance(0.3) ? graph.random.integer(1, 2) : 0,
    );
  return append(graph, { op: "pad", before: counts(), after: counts() }, [from]);
};

const randomConcat: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = value.shape.length === 0 ? append(graph, { op: "expand", shape: [2] }, [value]) : value;
  const most = Math.min(3, Math.max(1, Math.floor(MOST_ELEMENTS / sizeOf(from.shape))));
  const others = random.array(random.integer(0, most - 1), () => partner(graph, from));
  const axis = random.integer(0, from.shape.length - 1);
  return append(graph, { op: "concat", axis }, [from, ...others]);
};

const randomGather: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = value.shape.length === 0 ? append(graph, { op: "expand", shape: [2] }, [value]) : value;
  const axis = random.integer(0, from.shape.length - 1);
  const size = from.shape[axis] as number;
  const indices = random.array(random.integer(1, size + 1), () => random.integer(0, size - 1));
  return append(graph, { op: "gather", axis, indices }, [from]);
};

const randomExpand: RandomOperator = (graph, from) => {
  const { random } = graph;
  const room = () => sizeOf(from.shape) * 3 < MOST_ELEMENTS;
  const grown = from.shape.map((size) =>
    size === 1 && room() && random.chance(0.6) ? random.integer(1, 3) : size,
  );
  const shape = room() && grown.length < 3 && random.chance(0.5) ? [random.integer(1, 2), ...grown] : grown;
  return append(graph, { op: "expand", shape }, [from]);
};

/** How random graphs append each movement. */
export const MOVEMENT_MAKERS: { readonly [Op in MovementOp]: RandomOperator } = {
  reshape: randomReshape,
  transpose: randomTranspose,
  slice: randomSlice,
  pad: randomPad,
  concat: randomConcat,
  gather: randomGather,
  expand: randomExpand,
};
