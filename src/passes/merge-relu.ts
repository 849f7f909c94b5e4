import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Lets an unsigned saturating requantization read past a ReLU before it. Rounding is monotonic and keeps 0, so a
 * negative value rounds to at most 0 and saturates to 0, which is what the ReLU gives.
 */
export const mergeRelu: Pass = (fixed) => {
  return rebuild(fixed, (node, inputs) => {
    if (node.op !== "requantize") return node;
    const saturates = node.overflow === "SAT" || node.overflow === "SAT_SYM";
    const unsigned = node.types.items.every((type) => !type.signed);
    const [source] = inputs;
    return saturates && unsigned && source?.op === "relu" ? { ...node, inputs: source.inputs } : node;
  });
};
