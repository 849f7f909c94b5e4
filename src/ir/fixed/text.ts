import { UserError } from "../errors.js";
import type { Statement } from "../text/document.js";
import { parseDocument } from "../text/parse.js";
import { printDocument } from "../text/print.js";
import { asIntervals, asShape, asTypes, Reader } from "../text/read.js";
import { write } from "../text/write.js";
import type { Fixed, FixedNode, FixedOp } from "./fixed.js";
import { FIXED_OPERATORS, fixedOperator } from "./operators/index.js";
import { verifyFixed } from "./verify.js";

/** Prints a Fixed graph as text that {@link parseFixed} reads back: name, shape, types, proven ranges, operation. */
export function printFixed(fixed: Fixed): string {
  const statements = fixed.nodes.map(
    (node): Statement => ({
      names: [node.name],
      facts: [write.shape(node.shape), write.types(node.types), write.intervals(node.ranges)],
      operation: node.op,
      operands: node.inputs,
      attributes: fixedOperator(node.op).write(node as never),
    }),
  );
  const graph = { keyword: "graph", name: "main", attributes: {}, statements, results: fixed.outputs };
  return printDocument({ language: "fixed", name: fixed.name, blocks: [graph] });
}

/** Reads the text of a Fixed graph and verifies it. Throws a UserError that names file and line or node. */
export function parseFixed(text: string, file: string): Fixed {
  const document = parseDocument(text, file);
  const [graph] = document.blocks;
  if (document.language !== "fixed" || graph === undefined || document.blocks.length !== 1) {
    throw new UserError("not the text of one fixed graph", { where: file });
  }
  const nodes = graph.statements.map((statement) => readNode(statement, file));
  const fixed = { name: document.name, nodes, outputs: graph.results };
  verifyFixed(fixed);
  return fixed;
}

function readNode(statement: Statement, file: string): FixedNode {
  const [name] = statement.names;
  const where = `${file}: node '${name}'`;
  if (!Object.hasOwn(FIXED_OPERATORS, statement.operation)) {
    throw new UserError(`'${statement.operation}' is no operator of the Fixed language`, { where });
  }
  const op = statement.operation as FixedOp;
  return {
    op,
    name,
    inputs: statement.operands,
    shape: asShape(statement.facts[0], where),
    types: asTypes(statement.facts[1], where),
    ranges: asIntervals(statement.facts[2], where),
    ...fixedOperator(op).read(new Reader(statement.attributes, where)),
  } as FixedNode;
}
