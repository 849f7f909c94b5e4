import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { liveNodes, nodesByName } from "../../ir/graph.js";
import { operandAxis, resultAxis } from "../axes.js";
import { DisjointSets } from "../disjoint-sets.js";
import { takesRows } from "../graphs.js";

/**
 * Items of one kind: the edges of a graph, which have indices; its nodes, which indices stand for; or the event as a whole, which
 * is one item. Values of one family have an entry for each of its items.
 */
export interface Family {
  readonly role: "event" | "nodes" | "edges";
  readonly items: number;
}

/** The family of a value, and the axis along which its items lie; none where the event is the item. */
export interface Membership {
  readonly family: Family;
  readonly axis: number | undefined;
}

/**
 * The families of a graph's inputs and live values, constants apart: rows that are taken at indices, or brought to them, are items;
 * what computes item by item keeps the family. Throws a UserError for a node that combines items otherwise.
 */
export function familiesOf(fixed: Fixed): ReadonlyMap<string, Membership> {
  const nodes = nodesByName(fixed);
  const live = liveNodes(fixed);
  // An input that nothing needs is a port all the same.
  const used = fixed.nodes.filter(({ name, op }) => op === "input" || (live.has(name) && op !== "constant"));
  const axes = itemAxes(used, nodes);
  const sets = new DisjointSets();
  const roles = new Map<string, Set<Family["role"]>>();
  const mark = (name: string, role: Family["role"]) =>
    roles.set(name, (roles.get(name) ?? new Set()).add(role));

  for (const node of used) {
    const [values, index] = node.inputs as readonly [string, string];
    if (takesRows(node) && [node.name, values, index].some((name) => (axes.get(name) ?? 0) !== 0))
      throw refused(node, "takes rows along another axis than that of the items");
    if (node.op === "index_select") {
      sets.join(index, node.name);
      mark(index, "edges");
      mark(values, "nodes");
    } else if (node.op === "scatter") {
      if (nodes.get(values)?.op !== "constant") sets.join(index, values);
      mark(index, "edges");
      mark(node.name, "nodes");
    } else {
      for (const operand of node.inputs) {
        if (nodes.get(operand)?.op === "constant") continue;
        if (axes.has(operand) !== axes.has(node.name))
          throw refused(node, axes.has(operand) ? "combines items" : "gives one value to several items");
        sets.join(operand, node.name);
      }
    }
  }

  const merged = new Map<string, Set<Family["role"]>>();
  for (const [name, own] of roles)
    merged.set(sets.of(name), new Set([...(merged.get(sets.of(name)) ?? []), ...own]));
  const families = new Map<string, Family>();
  return new Map(
    used.map((node) => {
      const set = sets.of(node.name);
      const axis = axes.get(node.name);
      const known = families.get(set) ?? familyOf(node, axis, merged.get(set));
      families.set(set, known);
      return [node.name, { family: known, axis }];
    }),
  );
}

/** Refuses a node that does not compute item by item. */
export function refused(node: FixedNode, what: string): UserError {
  return new UserError(`graph firmware computes item by item; '${node.op}' ${what}`, {
    where: `node '${node.name}'`,
    hint: "The parallel architecture takes every operator, if the model is small enough.",
  });
}

/** Items that are read at indices and have indices themselves lie as nodes do: readable at any place. */
function familyOf(
  node: FixedNode,
  axis: number | undefined,
  roles: ReadonlySet<Family["role"]> | undefined,
): Family {
  if (axis === undefined) return { role: "event", items: 1 };
  const role = roles?.has("nodes") ? "nodes" : "edges";
  return { role, items: node.shape[axis] as number };
}

/**
 * The axis of items of each value that has several, as far as indices reach. A single row is the event's one item whichever axis it
 * lies along, so whatever computes on it does so item by item.
 */
function itemAxes(
  used: readonly FixedNode[],
  nodes: ReadonlyMap<string, FixedNode>,
): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  const hasSeveral = (name: string) => (nodes.get(name) as FixedNode).shape[0] !== 1;
  const learn = (name: string, axis: number | undefined) => {
    if (axis !== undefined && !known.has(name) && nodes.get(name)?.op !== "constant") known.set(name, axis);
  };
  for (const node of used)
    if (takesRows(node)) for (const name of [node.name, ...node.inputs].filter(hasSeveral)) learn(name, 0);
  let before: number;
  do {
    before = known.size;
    for (const node of used.toReversed()) {
      const axis = known.get(node.name);
      if (axis === undefined) continue;
      for (const name of node.inputs)
        learn(name, operandAxis(node, (nodes.get(name) as FixedNode).shape, axis));
    }
    for (const node of used)
      for (const name of node.inputs) {
        const axis = known.get(name);
        if (axis !== undefined)
          learn(node.name, resultAxis(node, (nodes.get(name) as FixedNode).shape, axis));
      }
  } while (known.size > before);
  return known;
}
