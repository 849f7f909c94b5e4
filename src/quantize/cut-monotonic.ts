import { UserError } from "../ir/errors.js";
import { nodesByName, useCounts } from "../ir/graph.js";
import type { FunctionKind, Model, ModelNode, ModelThreshold } from "../ir/model/model.js";
import { isMovement } from "../ir/movement.js";
import { realFunction } from "./functions/functions.js";

/** The inverse of a strictly increasing function, and between which values it takes all. */
interface Inverse {
  readonly low: number;
  readonly high: number;
  readonly at: (value: number) => number;
}

const INFINITE = Number.POSITIVE_INFINITY;

const INVERSES: { readonly [kind in FunctionKind]?: Inverse } = {
  sigmoid: { low: 0, high: 1, at: logit },
  tanh: { low: -1, high: 1, at: Math.atanh },
  exp: { low: 0, high: INFINITE, at: Math.log },
  log: { low: -INFINITE, high: INFINITE, at: Math.exp },
  softplus: { low: 0, high: INFINITE, at: (y) => y + Math.log(-Math.expm1(-y)) },
  softsign: { low: -1, high: 1, at: (y) => y / (1 - Math.abs(y)) },
};

/**
 * Cuts strictly increasing functions away where they decide nothing: a threshold on one, also behind movements, moves to its
 * input (σ(x) ≥ t exactly when x ≥ ln(t / (1 − t))); argmax reads its input, also that of a softmax. Throws a UserError when a
 * threshold lies outside the function's values.
 */
export function cutMonotonic(model: Model): Model {
  let current = model;
  for (;;) {
    const next = cutOnce(current);
    if (next === current) return current;
    current = next;
  }
}

/** Cuts one function before each threshold and argmax; the same model when there is none. */
function cutOnce(model: Model): Model {
  const nodes = nodesByName(model);
  const uses = useCounts(model);
  const cut = new Map<string, number>();
  const replaced = new Map<string, ModelNode>();
  for (const node of model.nodes) {
    if (node.op !== "threshold" && node.op !== "argmax") continue;
    const path = node.op === "threshold" ? movementsBefore(node, nodes, uses) : [];
    const first = path.at(-1) ?? node;
    const source = nodes.get(first.inputs[0] as string) as ModelNode;
    const next = node.op === "threshold" ? threshold(node, source) : beforeArgmax(node, source);
    if (next === node) continue;
    cut.set(source.name, (cut.get(source.name) ?? 0) + 1);
    replaced.set(node.name, path.length === 0 ? next : { ...next, inputs: node.inputs });
    if (path.length > 0) replaced.set(first.name, { ...first, inputs: source.inputs });
  }
  if (cut.size === 0) return model;
  const unread = ({ name }: ModelNode) => cut.has(name) && cut.get(name) === uses.get(name);
  const rewritten = model.nodes.map((node) => replaced.get(node.name) ?? node);
  return { ...model, nodes: rewritten.filter((node) => !unread(node)) };
}

/** Movements of the value that a threshold reads and nothing else does, the last one first; none that adds zeros. */
function movementsBefore(
  node: ModelThreshold,
  nodes: ReadonlyMap<string, ModelNode>,
  uses: ReadonlyMap<string, number>,
): readonly ModelNode[] {
  const path: ModelNode[] = [];
  for (;;) {
    const next = nodes.get((path.at(-1) ?? node).inputs[0] as string) as ModelNode;
    if (!isMovement(next) || next.op === "pad" || next.op === "concat" || uses.get(next.name) !== 1)
      return path;
    path.push(next);
  }
}

function threshold(node: ModelThreshold, source: ModelNode): ModelNode {
  if (source.op !== "function") return node;
  const inverse = INVERSES[source.kind];
  if (inverse === undefined) return node;
  const { low, high, at } = inverse;
  if (!(node.level > low && node.level < high)) {
    const range =
      high === INFINITE
        ? low === -INFINITE
          ? "is a number"
          : `is above ${low}`
        : `lies between ${low} and ${high}`;
    throw new UserError(`the threshold on a ${source.kind} ${range}, found ${node.level}`, {
      where: `node '${node.name}'`,
      hint:
        source.kind === "sigmoid"
          ? "Set output.threshold to a probability such as 0.5."
          : "Choose another level: this one decides nothing.",
    });
  }
  const level = at(node.level);
  return Number.isFinite(level) ? { ...node, inputs: source.inputs, level } : node;
}

function beforeArgmax(node: ModelNode, source: ModelNode): ModelNode {
  const increasing =
    source.op === "softmax" ||
    (source.op === "function" && realFunction(source.kind, source.parameters).increasing);
  return increasing ? { ...node, inputs: source.inputs } : node;
}

/** The inverse of the logistic function: ln(p / (1 − p)) for a probability p inside (0, 1). */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}
