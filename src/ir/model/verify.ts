import { UserError } from "../errors.js";
import { nodesByName, verifyOrder } from "../graph.js";
import type { Model, ModelNode } from "./model.js";
import { type ModelOperator, modelOperator } from "./operators/index.js";

/**
 * Checks a model: names and order, arity, shapes, sizes and finiteness of its constants, quantizers. Throws a UserError
 * that names the node.
 */
export function verifyModel(model: Model): void {
  verifyOrder(model);
  const nodes = nodesByName(model);
  for (const node of model.nodes) {
    const where = `node '${node.name}'`;
    const operator = modelOperator(node.op);
    verifyArity(node, operator.arity, where);
    const inputs = node.inputs.map((name) => (nodes.get(name) as ModelNode).shape);
    operator.verify?.(node as never, inputs, where);
    const shape = operator.shape(node as never, inputs);
    if (shape.length !== node.shape.length || shape.join() !== node.shape.join()) {
      throw new UserError(`its shape is [${shape.join(", ")}], not [${node.shape.join(", ")}]`, { where });
    }
  }
}

function verifyArity({ op, inputs }: ModelNode, arity: ModelOperator<never>["arity"], where: string): void {
  const atLeast = typeof arity === "number" ? arity : arity.atLeast;
  const most = typeof arity === "number" ? arity : Number.POSITIVE_INFINITY;
  if (inputs.length >= atLeast && inputs.length <= most) return;
  const count = typeof arity === "number" ? arity : `at least ${atLeast}`;
  throw new UserError(`${op} takes ${count} inputs, found ${inputs.length}`, { where });
}
