import { UserError } from "../ir/errors.js";
import { nodesByName, useCounts } from "../ir/graph.js";
import type { Model, ModelNode } from "../ir/model/model.js";

/**
 * Cuts a sigmoid away when only a threshold reads it: σ(x) ≥ t exactly when x ≥ ln(t / (1 − t)), because the logistic
 * function is strictly increasing. Throws a UserError when the threshold is not inside (0, 1), where it decides
 * nothing.
 */
export function cutSigmoid(model: Model): Model {
  const nodes = nodesByName(model);
  const uses = useCounts(model);
  const cut = new Map<string, number>();
  const rewritten = model.nodes.map((node): ModelNode => {
    if (node.op !== "threshold") return node;
    const source = nodes.get(node.inputs[0] as string);
    if (source?.op !== "sigmoid") return node;
    if (!(node.level > 0 && node.level < 1)) {
      throw new UserError(`the threshold on a sigmoid lies between 0 and 1, found ${node.level}`, {
        where: `node '${node.name}'`,
        hint: "Set output.threshold to a probability such as 0.5.",
      });
    }
    cut.set(source.name, (cut.get(source.name) ?? 0) + 1);
    return { ...node, inputs: source.inputs, level: logit(node.level) };
  });
  const unread = ({ name }: ModelNode) => cut.has(name) && cut.get(name) === uses.get(name);
  return { ...model, nodes: rewritten.filter((node) => !unread(node)) };
}

/** The inverse of the logistic function: ln(p / (1 − p)) for a probability p inside (0, 1). */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}
