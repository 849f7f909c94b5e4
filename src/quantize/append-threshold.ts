import { UserError } from "../ir/errors.js";
import type { Model, ModelNode, ModelThreshold } from "../ir/model/model.js";
import { unusedName } from "./unused-name.js";

/**
 * Puts a threshold behind the only output of a model: 1 where the output is at least `level`. The output takes the
 * name `name`. Throws a UserError when the model has several outputs.
 */
export function appendThreshold(model: Model, level: number, name: string): Model {
  const [output] = model.outputs;
  if (output === undefined || model.outputs.length !== 1) {
    throw new UserError(`the model has ${model.outputs.length} outputs; a threshold needs exactly one`, {
      where: "output.threshold",
    });
  }
  const source = model.nodes.find((node) => node.name === output.value) as ModelNode;
  const node: ModelThreshold = {
    op: "threshold",
    name: unusedName(model, name, "_threshold"),
    inputs: [source.name],
    shape: source.shape,
    level,
    strict: false,
  };
  return { ...model, nodes: [...model.nodes, node], outputs: [{ name, value: node.name }] };
}
