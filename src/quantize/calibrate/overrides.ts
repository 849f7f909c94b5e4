import { UserError } from "../../ir/errors.js";
import type { Model, ModelNode, ModelNodeOf } from "../../ir/model/model.js";
import type { CalibrateOptions } from "./options.js";
import type { QuantizerSite } from "./sites.js";

export type Weighted =
  | ModelNodeOf<"conv2d">
  | ModelNodeOf<"dense">
  | ModelNodeOf<"affine">
  | ModelNodeOf<"leaky_relu">;

/** Whether a node has constants that a value is multiplied by. */
export function isWeighted(node: ModelNode): node is Weighted {
  return node.op === "conv2d" || node.op === "dense" || node.op === "affine" || node.op === "leaky_relu";
}

/** Whether calibration may choose the type of a node's weights: they have none yet. */
export function hasFreeWeights(node: ModelNode): node is Weighted {
  if (node.op === "conv2d" || node.op === "dense") return node.kernelQuantizer === undefined;
  if (node.op === "affine") {
    return node.multiplierQuantizer === undefined && node.offsetQuantizer === undefined;
  }
  return node.op === "leaky_relu";
}

/** Throws a UserError for an override of a node that has nothing to override. */
export function checkOverrides(
  model: Model,
  sites: readonly QuantizerSite[],
  { overrides }: CalibrateOptions,
): void {
  const weights = new Set(model.nodes.filter(hasFreeWeights).map(({ name }) => name));
  const activations = new Set(sites.flatMap(({ layer, end }) => [layer, end]));
  const known = [...new Set([...weights, ...activations])];
  for (const [name, override] of Object.entries(overrides)) {
    const where = `quantize: layers: ${name}`;
    if (!known.includes(name)) {
      const exists = model.nodes.some((node) => node.name === name);
      throw new UserError(
        exists ? "calibration chooses no type of this node" : "the model has no node of this name",
        { where, hint: `It chooses types for: ${known.join(", ") || "no node of this model"}.` },
      );
    }
    if (override.weights !== undefined && !weights.has(name)) {
      throw new UserError("it has no weights to quantize", {
        where: `${where}: weights`,
        hint: `Nodes with weights: ${[...weights].join(", ") || "none"}.`,
      });
    }
    if (override.activations !== undefined && !activations.has(name)) {
      throw new UserError("its values are not quantized here", {
        where: `${where}: activations`,
        hint: `Nodes whose values are: ${[...activations].join(", ") || "none"}.`,
      });
    }
  }
}
