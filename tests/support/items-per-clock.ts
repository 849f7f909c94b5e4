import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { type Parallelism, planGraph } from "../../src/lower/graph/index.js";

/** As many edges and nodes in each clock as asked for, or all where a graph has fewer: of random graphs nobody knows how many. */
export function itemsPerClock(
  fixed: Fixed,
  { edges, nodes }: { readonly edges: number; readonly nodes?: number | undefined },
): Partial<Parallelism> {
  const families = [...planGraph(fixed).members.values()].map(({ family }) => family);
  const most = (role: keyof Parallelism) =>
    Math.max(1, ...families.filter((family) => family.role === role).map(({ items }) => items));
  return {
    edges: Math.min(edges, most("edges")),
    ...(nodes !== undefined && { nodes: Math.min(nodes, most("nodes")) }),
  };
}
