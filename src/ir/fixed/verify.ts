import { UserError } from "../errors.js";
import { fractionBits, type Interval, printType, typeRange } from "../fixed-point.js";
import { atElement, type Granular, granularLength } from "../granular.js";
import { nodesByName, verifyOrder } from "../graph.js";
import { sizeOf } from "../tensor.js";
import type { Fixed, FixedNode, FixedValue } from "./fixed.js";
import { fixedOperator } from "./operators/index.js";

/**
 * Checks a Fixed graph: names and order, arity, shapes, that every stated range holds what its inputs' ranges imply
 * and fits the node's type, and that binary points are kept by the operators that keep them. Throws a UserError that
 * names the node.
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
  if (inputs.length !== operator.arity) {
    throw new UserError(`${node.op} takes ${operator.arity} inputs, found ${inputs.length}`, { where });
  }
  verifyLength(node.types, node.shape, `${where}: types`);
  verifyLength(node.ranges, node.shape, `${where}: ranges`);
  verifyConstants(node, where);
  const shape = operator.shape(node as never, inputs);
  if (shape.join() !== node.shape.join()) {
    throw new UserError(`its shape is [${shape.join(", ")}], not [${node.shape.join(", ")}]`, { where });
  }
  const proven = operator.ranges(node as never, inputs);
  const derived = operator.types(node as never, inputs, proven);
  const channels = node.shape.at(-1) ?? 1;
  const perElement = [node.types, node.ranges, proven, derived].some((g) => g.per === "element");
  const count = perElement ? sizeOf(node.shape) : channels;
  for (let i = 0; i < count; i++) {
    const stated = atElement(node.ranges, i, channels);
    const type = atElement(node.types, i, channels);
    if (stated.lo > stated.hi) throw new UserError(`its range ${show(stated)} is empty`, { where });
    const at = count === 1 ? "" : ` (${perElement ? "element" : "channel"} ${i})`;
    if (!holds(stated, atElement(proven, i, channels))) {
      const bounds = atElement(proven, i, channels);
      throw new UserError(`its range ${show(stated)} does not hold ${show(bounds)}${at}`, { where });
    }
    if (!holds(typeRange(type), stated)) {
      throw new UserError(`its range ${show(stated)} does not fit ${printType(type)}${at}`, { where });
    }
    const expected = fractionBits(atElement(derived, i, channels));
    if (fractionBits(type) !== expected) {
      throw new UserError(`${printType(type)} should have ${expected} fractional bits${at}`, { where });
    }
  }
}

function verifyConstants(node: FixedNode, where: string): void {
  if (node.op !== "conv2d") return;
  if (node.kernel.shape.length !== 4) throw new UserError("its kernel does not have four axes", { where });
  if (node.kernel.data.length !== sizeOf(node.kernel.shape)) {
    throw new UserError(`${node.kernel.data.length} weights for a kernel [${node.kernel.shape.join(", ")}]`, {
      where,
    });
  }
  if (node.bias.data.length !== node.kernel.shape[3]) {
    throw new UserError(`${node.bias.data.length} biases for ${node.kernel.shape[3]} output channels`, {
      where,
    });
  }
}

function verifyLength(granular: Granular<unknown>, shape: readonly number[], where: string): void {
  const expected = granularLength(granular.per, shape);
  if (granular.items.length !== expected) {
    throw new UserError(`should be ${expected} per ${granular.per}, found ${granular.items.length}`, {
      where,
    });
  }
}

function holds(outer: Interval, inner: Interval): boolean {
  return outer.lo <= inner.lo && outer.hi >= inner.hi;
}

function show({ lo, hi }: Interval): string {
  return `${lo}..${hi}`;
}
