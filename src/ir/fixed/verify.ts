import { UserError } from "../errors.js";
import { type FixedType, type Interval, printType, sameUnit, typeRange, unitOf } from "../fixed-point.js";
import { atElement, finest, granularLength } from "../granular.js";
import { nodesByName, verifyOrder } from "../graph.js";
import { within } from "../interval.js";
import { verifyLength } from "./check.js";
import type { Fixed, FixedNode, FixedValue } from "./fixed.js";
import { fixedOperator, verifyArity } from "./operators/index.js";

/**
 * Checks a Fixed graph: names and order, arity, shapes, the constants of each node, that every stated range holds what
 * its inputs' ranges imply and fits the node's type, and that every type counts in the unit that follows from the inputs'.
 * Throws a UserError that names the node.
 */
export function verifyFixed(fixed: Fixed): void {
  verifyOrder(fixed);
  const nodes = nodesByName(fixed);
  for (const node of fixed.nodes) {
    verifyNode(
      node,
      node.inputs.map((name) => nodes.get(name) as FixedNode),
    );
  }
}

function verifyNode(node: FixedNode, inputs: readonly FixedValue[]): void {
  const where = `node '${node.name}'`;
  const operator = fixedOperator(node.op);
  verifyArity(node, inputs.length);
  verifyLength(node.types, node.shape, `${where}: types`);
  verifyLength(node.ranges, node.shape, `${where}: ranges`);
  const shape = operator.shape(node as never, inputs);
  if (shape.join() !== node.shape.join()) {
    throw new UserError(`its shape is [${shape.join(", ")}], not [${node.shape.join(", ")}]`, { where });
  }
  const proven = operator.ranges(node as never, inputs);
  const derived = operator.types(node as never, inputs, proven);
  const channels = node.shape.at(-1) ?? 1;
  const per = finest(node.types, node.ranges, proven, derived);
  const count = granularLength(per, node.shape);
  for (let i = 0; i < count; i++) {
    const at = count === 1 ? "" : ` (${per} ${i})`;
    verifyItem(
      atElement(node.ranges, i, channels),
      atElement(node.types, i, channels),
      { range: atElement(proven, i, channels), type: atElement(derived, i, channels) },
      where,
      at,
    );
  }
}

/** Checks a stated range and type against what is proven; `at` says of which channel or element. */
function verifyItem(
  stated: Interval,
  type: FixedType,
  proven: { readonly range: Interval; readonly type: FixedType },
  where: string,
  at: string,
): void {
  if (stated.lo > stated.hi) throw new UserError(`its range ${show(stated)} is empty`, { where });
  if (!within(proven.range, stated)) {
    throw new UserError(`its range ${show(stated)} does not hold ${show(proven.range)}${at}`, { where });
  }
  if (!within(stated, typeRange(type))) {
    throw new UserError(`its range ${show(stated)} does not fit ${printType(type)}${at}`, { where });
  }
  if (type !== proven.type && !sameUnit(type, proven.type)) {
    const [found, expected] = [type, proven.type].map(showUnit);
    throw new UserError(`${printType(type)} counts in units of ${found}, not of ${expected}${at}`, { where });
  }
}

function show({ lo, hi }: Interval): string {
  return `${lo}..${hi}`;
}

function showUnit(type: FixedType): string {
  const { n, d } = unitOf(type);
  return d === 1n ? `${n}` : `${n}/${d}`;
}
