import { UserError } from "./errors.js";

/** What the Model and the Fixed language have in common: named nodes in order, named outputs. */
export interface Graph<Node extends { readonly name: string; readonly inputs: readonly string[] }> {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
}

/** The nodes by name. */
export function nodesByName<Node extends { readonly name: string; readonly inputs: readonly string[] }>(
  graph: Graph<Node>,
): ReadonlyMap<string, Node> {
  return new Map(graph.nodes.map((node) => [node.name, node]));
}

/**
 * Checks names and order: unique names, every input defined before its use, every output defined. Throws a UserError
 * that names the node.
 */
export function verifyOrder(
  graph: Graph<{ readonly name: string; readonly inputs: readonly string[] }>,
): void {
  const seen = new Set<string>();
  for (const node of graph.nodes) {
    if (seen.has(node.name))
      throw new UserError("two nodes have this name", { where: `node '${node.name}'` });
    for (const input of node.inputs) {
      if (!seen.has(input)) {
        throw new UserError(`its input '${input}' is not defined before it`, {
          where: `node '${node.name}'`,
        });
      }
    }
    seen.add(node.name);
  }
  const names = new Set<string>();
  for (const output of graph.outputs) {
    const where = `output '${output.name}'`;
    if (!seen.has(output.value)) throw new UserError(`no node is named '${output.value}'`, { where });
    if (names.has(output.name)) throw new UserError("two outputs have this name", { where });
    names.add(output.name);
  }
}

/** How many nodes and outputs use each value. */
export function useCounts(
  graph: Graph<{ readonly name: string; readonly inputs: readonly string[] }>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const use = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(use);
  for (const output of graph.outputs) use(output.value);
  return counts;
}

/** The names of the nodes that some output needs. */
export function liveNodes(
  graph: Graph<{ readonly name: string; readonly inputs: readonly string[] }>,
): ReadonlySet<string> {
  const live = new Set(graph.outputs.map(({ value }) => value));
  for (const { name, inputs } of graph.nodes.toReversed())
    if (live.has(name)) for (const input of inputs) live.add(input);
  return live;
}
