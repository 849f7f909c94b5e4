import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedInput, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { liveNodes, nodesByName } from "../../ir/graph.js";
import { isMovement } from "../../ir/movement.js";
import { operandAxis } from "../axes.js";
import { DisjointSets } from "../disjoint-sets.js";
import { takesRows } from "../graphs.js";
import { type Family, familiesOf, type Membership, refused } from "./families.js";
import { checkItemwise, itemForm } from "./item.js";

/** Nodes that together compute one item. */
export interface Region {
  readonly kind: "region";
  /** The name of its first node. */
  readonly name: string;
  readonly family: Family;
  readonly reads: readonly string[];
  /** The nodes as they compute one item, constants included. */
  readonly nodes: readonly FixedNode[];
  /** The values that others read, or that are outputs. */
  readonly results: readonly string[];
}

/** Elements of each item in another order, or some of them: wires only. */
export interface View {
  readonly kind: "view";
  readonly name: string;
  readonly reads: readonly string[];
}

/** Items that go to other items: rows at indices, or rows brought together at indices. */
export interface Exchange {
  readonly kind: "index_select" | "scatter";
  readonly name: string;
  /** The rows, and the index of each item that reads a row or brings one. */
  readonly reads: readonly [values: string, index: string];
}

export type Part = Region | View | Exchange;

/** Whether a part brings items to other items. */
export function isExchange(part: Part): part is Exchange {
  return part.kind === "index_select" || part.kind === "scatter";
}

export interface GraphPlan {
  readonly inputs: readonly FixedInput[];
  /** In an order in which everything comes after what it reads. */
  readonly parts: readonly Part[];
  readonly members: ReadonlyMap<string, Membership>;
  /** Each value as one of its items has it. */
  readonly forms: ReadonlyMap<string, FixedNode>;
}

/**
 * Cuts a graph whose rows go to other rows at indices into what computes item by item and what exchanges items. Throws a
 * UserError that names the node that does neither.
 */
export function planGraph(fixed: Fixed): GraphPlan {
  const nodes = nodesByName(fixed);
  const live = liveNodes(fixed);
  const used = fixed.nodes.filter(({ name, op }) => op === "input" || live.has(name));
  if (!used.some(takesRows)) {
    throw new UserError("graph firmware is for graph networks: none of its nodes takes rows at indices", {
      where: `model '${fixed.name}'`,
    });
  }
  const members = familiesOf(fixed);
  const axisOf = (name: string) => members.get(name)?.axis;
  const levels = new Map<string, number>();
  const forms = new Map<string, FixedNode>();
  const groups = new DisjointSets();
  for (const node of used) {
    if (node.op === "constant") continue;
    const read = node.inputs.filter((name) => nodes.get(name)?.op !== "constant");
    const level = Math.max(0, ...read.map((name) => levels.get(name) as number));
    const axis = axisOf(node.name);
    levels.set(node.name, takesRows(node) ? level + 1 : level);
    forms.set(node.name, node.op === "scatter" ? rowForm(node) : itemForm(node, axis));
    if (node.op === "input" || takesRows(node)) {
      if (nodes.get(node.inputs[0] as string)?.op === "constant") checkConstantRows(node, nodes, forms);
      continue;
    }
    if (axis !== undefined) {
      const operands = node.inputs.map((name) => {
        const { shape } = nodes.get(name) as FixedNode;
        return { shape, axis: axisOf(name) ?? (operandAxis(node, shape, axis) as number) };
      });
      checkItemwise(node, axis, operands);
    }
    for (const name of read) {
      const other = nodes.get(name) as FixedNode;
      if (other.op !== "input" && !takesRows(other) && levels.get(name) === level)
        groups.join(name, node.name);
    }
  }

  const together = new Map<string, FixedNode[]>();
  for (const node of used) {
    if (node.op === "constant" || node.op === "input" || takesRows(node)) continue;
    const group = groups.of(node.name);
    together.set(group, [...(together.get(group) ?? []), node]);
  }
  const open: { readonly level: number; readonly part: Part }[] = [];
  for (const node of used.filter(takesRows))
    open.push({ level: levels.get(node.name) as number, part: exchangeOf(node) });
  for (const group of together.values()) {
    const [first] = group as [FixedNode];
    const level = levels.get(first.name) as number;
    if (group.every(isMovement) && !group.some((node) => readsConstant(node, nodes)))
      for (const { name, inputs } of group) open.push({ level, part: { kind: "view", name, reads: inputs } });
    else {
      const { family } = members.get(first.name) as Membership;
      open.push({ level, part: regionOf(group, family, nodes, forms, axisOf) });
    }
  }
  // What exchanges items of the level before comes before what computes on them.
  const rank = (part: Part) => (isExchange(part) ? 0 : 1);
  const parts = open.toSorted((a, b) => a.level - b.level || rank(a.part) - rank(b.part));
  const needed = new Set([
    ...parts.flatMap(({ part }) => part.reads),
    ...fixed.outputs.map(({ value }) => value),
  ]);
  return {
    inputs: fixed.nodes.filter((node) => node.op === "input"),
    parts: parts.map(({ part }) =>
      part.kind === "region" ? { ...part, results: part.results.filter((name) => needed.has(name)) } : part,
    ),
    members,
    forms,
  };
}

/** Rows that come with the model are the same for all items that bring them. */
function checkConstantRows(
  node: FixedNode,
  nodes: ReadonlyMap<string, FixedNode>,
  forms: Map<string, FixedNode>,
): void {
  const values = nodes.get(node.inputs[0] as string) as FixedNode;
  if (node.op !== "scatter") throw refused(node, "takes rows of a constant");
  forms.set(values.name, itemForm(values, 0));
}

/** A row of what a scatter brings together; its number of rows is that of one item. */
function rowForm(node: FixedNodeOf<"scatter">): FixedNode {
  return { ...itemForm(node, 0), rows: 1 } as FixedNode;
}

function exchangeOf(node: FixedNode): Exchange {
  const [values, index] = node.inputs as readonly [string, string];
  return { kind: node.op as Exchange["kind"], name: node.name, reads: [values, index] };
}

function readsConstant({ inputs }: FixedNode, nodes: ReadonlyMap<string, FixedNode>): boolean {
  return inputs.some((name) => nodes.get(name)?.op === "constant");
}

function regionOf(
  group: readonly FixedNode[],
  family: Family,
  nodes: ReadonlyMap<string, FixedNode>,
  forms: ReadonlyMap<string, FixedNode>,
  axisOf: (name: string) => number | undefined,
): Region {
  const own = new Set(group.map(({ name }) => name));
  const reads = new Set<string>();
  const constants = new Map<string, FixedNode>();
  const [first] = group as readonly [FixedNode, ...FixedNode[]];
  for (const node of group) {
    const axis = axisOf(node.name);
    for (const name of node.inputs) {
      const operand = nodes.get(name) as FixedNode;
      if (operand.op !== "constant") {
        if (!own.has(name)) reads.add(name);
        continue;
      }
      const along = axis === undefined ? undefined : operandAxis(node, operand.shape, axis);
      if (axis !== undefined && along === undefined) throw refused(node, "spreads a constant over items");
      const form = itemForm(operand, along);
      const known = constants.get(name);
      if (known !== undefined && known.shape.join() !== form.shape.join())
        throw refused(node, "reads a constant along another axis than others do");
      constants.set(name, form);
    }
  }
  return {
    kind: "region",
    name: first.name,
    family,
    reads: [...reads],
    nodes: [...constants.values(), ...group.map(({ name }) => forms.get(name) as FixedNode)],
    results: [...own],
  };
}
