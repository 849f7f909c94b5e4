import { InternalError } from "../../ir/errors.js";
import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isPointwise } from "../../ir/fixed/pointwise.js";
import { sizeOf } from "../../ir/tensor.js";
import { lowerChain, lowerSums } from "../chain.js";
import { balanced, lowerArgmax, lowerExtreme } from "../compare.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { lowerProduct } from "../multiply.js";
import { scatterRoot, selectRoot } from "./rows.js";
import { type Root, type Site, siteBySite } from "./site.js";
import { convRoot, denseRoot, poolSites, reduceSites } from "./windows.js";

/** Elements that one module computes, where nothing but their number makes a site. */
const TOGETHER = 64;

export function rootOf(node: FixedNode, operands: readonly FixedNode[]): Root {
  if (isPointwise(node)) return elementwise(node, 1, ([x]) => x as Signal);
  const [first] = operands as [FixedNode];
  const shared = node.inputs[0] === node.inputs[1];
  switch (node.op) {
    case "conv2d":
      return convRoot(node, first);
    case "dense":
      return denseRoot(node);
    case "add":
    case "subtract":
      return sums(node, shared);
    case "multiply":
      if (shared)
        return elementwise(node, 1, ([x], builder) => lowerProduct(builder, x as Signal, x as Signal));
      return elementwise(node, 2, ([a, b], builder) => lowerProduct(builder, a as Signal, b as Signal));
    case "maximum":
    case "minimum": {
      const kind = node.op === "maximum" ? "max" : "min";
      return elementwise(node, 2, ([a, b], builder) => lowerExtreme(builder, kind, a as Signal, b as Signal));
    }
    case "select":
      return elementwise(node, 3, ([condition, yes, no], builder) =>
        builder.mux(condition as Signal, yes as Signal, no as Signal),
      );
    case "pool2d":
      return reduction(poolSites(node, first), node.kind);
    case "reduce":
      return reduction(reduceSites(node, first), node.kind);
    case "argmax":
      return argmax(node, first);
    case "index_select":
      return selectRoot(node, first);
    case "scatter":
      return scatterRoot(node, first);
    default:
      throw new InternalError(`'${node.op}' is no layer`);
  }
}

/** An operator on equally placed elements of its operands. */
function elementwise(
  node: FixedNode,
  arity: number,
  compute: (operands: readonly Signal[], builder: ModuleBuilder) => Signal,
): Root {
  return {
    sites: blocks(node, arity),
    weighted: false,
    terms: ({ slots }) => slots.length,
    key: () => "",
    compute: siteBySite((builder, slots, { results }, chain) =>
      results.map((element, i) => {
        const value = compute(slots.slice(arity * i, arity * (i + 1)), builder);
        return lowerChain(builder, chain, element, value);
      }),
    ),
  };
}

/** Sums and differences of two operands; of one with itself, a multiple. */
function sums(node: FixedNodeOf<"add"> | FixedNodeOf<"subtract">, shared: boolean): Root {
  const sign = node.op === "add" ? 1n : -1n;
  const weights = shared ? [1n + sign] : [1n, sign];
  const arity = weights.length;
  return {
    ...elementwise(node, arity, ([x]) => x as Signal),
    compute: siteBySite((builder, slots, { results }, chain) =>
      results.map((element, i) => {
        const own = slots.slice(arity * i, arity * (i + 1));
        return lowerSums(builder, own, [{ weights, bias: 0n }], chain, [element])[0] as Signal;
      }),
    ),
  };
}

/** The elements of a value in blocks of its last axis, or all together where they are few. */
function blocks({ shape }: FixedNode, arity: number): readonly Site[] {
  const size = sizeOf(shape);
  const length = size <= TOGETHER ? size : (shape.at(-1) ?? 1);
  return Array.from({ length: length === 0 ? 0 : size / length }, (_, block) => {
    const results = Array.from({ length }, (_, i) => block * length + i);
    const slots = results.flatMap((element) =>
      Array.from({ length: arity }, (_, operand) => ({ operand, element })),
    );
    return { slots, results };
  });
}

/** A sum, or the largest or smallest value, of all slots of a site. */
function reduction(sites: readonly Site[], kind: "sum" | "max" | "min"): Root {
  return {
    sites,
    weighted: false,
    terms: ({ slots }) => slots.length,
    key: () => "",
    compute: siteBySite((builder, slots, { results }, chain) => {
      if (kind === "sum") {
        return lowerSums(builder, slots, [{ weights: slots.map(() => 1n), bias: 0n }], chain, results);
      }
      const best = balanced(slots, (a, b) => lowerExtreme(builder, kind, a, b));
      return [lowerChain(builder, chain, results[0] as number, best)];
    }),
  };
}

function argmax(node: FixedNodeOf<"argmax">, { shape }: FixedNode): Root {
  const length = shape.at(-1) ?? 1;
  const sites = Array.from({ length: sizeOf(node.shape) }, (_, result) => ({
    slots: Array.from({ length }, (_, i) => ({ operand: 0, element: result * length + i })),
    results: [result],
  }));
  return {
    ...reduction(sites, "max"),
    compute: siteBySite((builder, slots, { results }, chain) => [
      lowerChain(builder, chain, results[0] as number, lowerArgmax(builder, slots, node.last)),
    ]),
  };
}
