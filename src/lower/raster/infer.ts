import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { liveNodes, nodesByName } from "../../ir/graph.js";
import { keptAxes } from "../axes.js";
import { CANONICAL, type Layout, operandLayout, resultLayout } from "./layout.js";

/**
 * The layouts of a graph's values as far as their use tells them, those of all inputs of at least three axes included.
 * Convolutions and pools have rows and columns first; then what moves or combines channels tells where they are; an
 * input of which nothing tells is taken as an image of the size of the others, rows and columns first where it can be.
 */
export function inferLayouts(fixed: Fixed): ReadonlyMap<string, Layout> {
  const nodes = nodesByName(fixed);
  const live = liveNodes(fixed);
  const used = fixed.nodes.filter(({ name }) => live.has(name));
  const known = new Map<string, Layout>();
  const shapeOf = (name: string) => (nodes.get(name) as FixedNode).shape;
  const learn = (name: string, layout: Layout | undefined) => {
    if (layout !== undefined && !known.has(name) && nodes.get(name)?.op !== "constant")
      known.set(name, layout);
  };
  const settle = () => {
    let before: number;
    do {
      before = known.size;
      for (const node of used.toReversed()) {
        const layout = known.get(node.name);
        if (layout === undefined) continue;
        for (const name of node.inputs) learn(name, operandLayout(node, shapeOf(name), layout));
      }
      for (const node of used)
        for (const name of node.inputs) {
          const layout = known.get(name);
          if (layout !== undefined) learn(node.name, resultLayout(node, shapeOf(name), layout));
        }
    } while (known.size > before);
  };

  for (const node of used) {
    if (node.op !== "conv2d" && node.op !== "pool2d") continue;
    learn(node.name, CANONICAL);
    for (const name of node.inputs) learn(name, CANONICAL);
  }
  settle();
  for (const node of used) {
    const [name] = node.inputs;
    if (name === undefined || (known.has(name) && known.has(node.name))) continue;
    const hint = hintOf(node, shapeOf(name));
    if (hint === undefined) continue;
    learn(hint.of === "result" ? node.name : name, hint.layout);
    settle();
  }
  const inputs = fixed.nodes.filter(({ op }) => op === "input");
  for (const { name, shape } of inputs) {
    if (shape.length < 3 || known.has(name)) continue;
    const size = inputs.flatMap((other) => {
      const layout = known.get(other.name);
      return layout === undefined ? [] : [layout.map((axis) => other.shape[axis]).join()];
    })[0];
    const last: Layout = [shape.length - 2, shape.length - 1];
    const fits = [CANONICAL, last].find((layout) => layout.map((axis) => shape[axis]).join() === size);
    learn(name, fits ?? CANONICAL);
    settle();
  }
  return known;
}

interface Hint {
  readonly of: "operand" | "result";
  readonly layout: Layout;
}

/** What a node that moves or combines channels says of its operand or result. */
function hintOf(node: FixedNode, operand: readonly number[]): Hint | undefined {
  const rank = operand.length;
  const of = (value: Hint["of"], layout: Layout = CANONICAL): Hint => ({ of: value, layout });
  switch (node.op) {
    case "transpose":
    case "reshape": {
      if (node.shape.length !== rank || rank < 3) return undefined;
      if (isRotation(node, operand)) return of("result");
      return isRotation(inverse(node, operand), node.shape) ? of("operand") : undefined;
    }
    case "dense":
    case "argmax":
      return rank >= 3 ? of("operand") : undefined;
    case "reduce": {
      const kept = keptAxes(node, rank);
      const gone = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !kept.includes(axis));
      // What a global pool reduces is an image.
      if (kept.length === 1 && gone.length === 2) return of("operand", gone as unknown as Layout);
      if (kept.length === 2) return of("operand", kept as unknown as Layout);
      return kept[0] === 0 && kept[1] === 1 ? of("operand") : undefined;
    }
    case "concat": {
      if (node.axis > 1) return of("operand");
      return node.axis === 0 && rank > 2 ? of("operand", [rank - 2, rank - 1]) : undefined;
    }
    default:
      return undefined;
  }
}

type Moved = Pick<Extract<FixedNode, { op: "reshape" }>, "op" | "shape"> | MovedAxes;
type MovedAxes = Pick<Extract<FixedNode, { op: "transpose" }>, "op" | "shape" | "permutation">;

/** Whether the first axis becomes the last, and the others keep their order. */
function isRotation(node: Moved, operand: readonly number[]): boolean {
  if (node.op === "transpose")
    return node.permutation.every((axis, i) => axis === (i + 1) % node.permutation.length);
  const [first, ...others] = operand;
  return first === 1 && [...others, 1].join() === node.shape.join();
}

function inverse(node: Moved, operand: readonly number[]): Moved {
  if (node.op === "reshape") return { op: "reshape", shape: operand };
  const permutation = node.permutation.map((_, axis) => node.permutation.indexOf(axis));
  return { op: "transpose", shape: operand, permutation };
}
