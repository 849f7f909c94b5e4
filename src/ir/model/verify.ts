import { UserError } from "../errors.js";
import { type Granular, granularLength } from "../granular.js";
import { nodesByName, verifyOrder } from "../graph.js";
import { sizeOf, type Tensor } from "../tensor.js";
import type { Model, ModelConv2d, ModelNode, ModelOp } from "./model.js";
import { MODEL_OPERATORS, type ModelOperator } from "./operators.js";

/**
 * Checks a model: names and order, arity, shapes, sizes and finiteness of its constants. Throws a UserError that names
 * the node.
 */
export function verifyModel(model: Model): void {
  verifyOrder(model);
  const nodes = nodesByName(model);
  for (const node of model.nodes) {
    const where = `node '${node.name}'`;
    const operator = MODEL_OPERATORS[node.op] as unknown as ModelOperator<ModelOp>;
    if (node.inputs.length !== operator.arity) {
      throw new UserError(`${node.op} takes ${operator.arity} inputs, found ${node.inputs.length}`, {
        where,
      });
    }
    if (node.op === "conv2d") verifyConv2d(node, where);
    const shape = operator.shape(
      node as never,
      node.inputs.map((name) => (nodes.get(name) as ModelNode).shape),
    );
    if (shape.join() !== node.shape.join()) {
      throw new UserError(`its shape is [${shape.join(", ")}], not [${node.shape.join(", ")}]`, { where });
    }
    if (node.op === "quantize") verifyGranular(node.quantizer.types, node.shape, where);
  }
}

function verifyConv2d(node: ModelConv2d, where: string): void {
  if (node.kernel.shape.length !== 4) throw new UserError("its kernel does not have four axes", { where });
  verifyTensor(node.kernel, node.kernel.shape, `${where}: kernel`);
  verifyTensor(node.bias, [node.kernel.shape[3] as number], `${where}: bias`);
  if (node.kernelQuantizer) verifyGranular(node.kernelQuantizer.types, node.kernel.shape, `${where}: kernel`);
  if (node.biasQuantizer) verifyGranular(node.biasQuantizer.types, node.bias.shape, `${where}: bias`);
}

function verifyTensor(tensor: Tensor<number>, shape: readonly number[], where: string): void {
  if (tensor.shape.join() !== shape.join()) {
    throw new UserError(`should have shape [${shape.join(", ")}], found [${tensor.shape.join(", ")}]`, {
      where,
    });
  }
  if (tensor.data.length !== sizeOf(shape)) {
    throw new UserError(`holds ${tensor.data.length} values for shape [${shape.join(", ")}]`, { where });
  }
  const bad = tensor.data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new UserError(`element ${bad} is ${tensor.data[bad]}`, { where });
}

function verifyGranular(granular: Granular<unknown>, shape: readonly number[], where: string): void {
  const expected = granularLength(granular.per, shape);
  if (granular.items.length !== expected) {
    throw new UserError(`types per ${granular.per} should be ${expected}, found ${granular.items.length}`, {
      where,
    });
  }
}
