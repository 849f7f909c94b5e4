import { UserError } from "../errors.js";
import type { Document, Statement } from "../text/document.js";
import { parseDocument } from "../text/parse.js";
import { printDocument } from "../text/print.js";
import { asShape, Reader } from "../text/read.js";
import { write } from "../text/write.js";
import type { Model, ModelNode, ModelOp } from "./model.js";
import { MODEL_OPERATORS, modelOperator } from "./operators/index.js";
import { verifyModel } from "./verify.js";

/** Prints a model as text that {@link parseModel} reads back. */
export function printModel(model: Model): string {
  return printDocument(toDocument(model));
}

/** Reads a model's text and verifies it. Throws a UserError that names file and line or node. */
export function parseModel(text: string, file: string): Model {
  const document = parseDocument(text, file);
  const [graph] = document.blocks;
  if (document.language !== "model" || graph === undefined || document.blocks.length !== 1) {
    throw new UserError("not the text of one model graph", { where: file });
  }
  const nodes = graph.statements.map((statement) => readNode(statement, file));
  const model = { name: document.name, nodes, outputs: graph.results };
  verifyModel(model);
  return model;
}

function toDocument(model: Model): Document {
  const statements = model.nodes.map(
    (node): Statement => ({
      names: [node.name],
      facts: [write.shape(node.shape)],
      operation: node.op,
      operands: node.inputs,
      attributes: modelOperator(node.op).write(node as never),
    }),
  );
  const graph = { keyword: "graph", name: "main", attributes: {}, statements, results: model.outputs };
  return { language: "model", name: model.name, blocks: [graph] };
}

function readNode(statement: Statement, file: string): ModelNode {
  const [name] = statement.names;
  const where = `${file}: node '${name}'`;
  if (!Object.hasOwn(MODEL_OPERATORS, statement.operation)) {
    throw new UserError(`'${statement.operation}' is no operator of the Model language`, { where });
  }
  const op = statement.operation as ModelOp;
  const own = modelOperator(op).read(new Reader(statement.attributes, where));
  const shape = asShape(statement.facts[0], where);
  return { op, name, inputs: statement.operands, shape, ...own } as ModelNode;
}
