import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { hullOf } from "../../src/ir/interval.js";
import type { Random } from "./random.js";
import { randomInputs } from "./random-fixed.js";

type Ends = readonly [sender: number, receiver: number];

/**
 * Events of a graph network with the input `edge_index` [2, edges]: first the corners (no edge at all; indices beyond the
 * nodes; all edges into one node, or out of one; self-loops; one edge repeated; as many nodes and edges as there may be;
 * a single edge, the last), then `count` graphs at random, padded ones and ones with any indices.
 */
export function graphEvents(
  fixed: Fixed,
  random: Random,
  nodes: number,
  count: number,
): readonly Readonly<Record<string, readonly bigint[]>>[] {
  const index = fixed.nodes.find(({ name }) => name === "edge_index") as FixedNode;
  const edges = index.shape[1] as number;
  const most = Number(hullOf(index.ranges).hi);
  const none: Ends = [nodes, nodes];
  const node = () => random.integer(0, nodes - 1);
  const corners: readonly ((edge: number) => Ends)[] = [
    () => none,
    () => [most, most],
    () => [node(), nodes - 1],
    () => [0, node()],
    (edge) => [edge % nodes, edge % nodes],
    () => [1, 0],
    (edge) => [edge % nodes, (edge + 1) % nodes],
    (edge) => (edge === edges - 1 ? [nodes - 1, 0] : none),
  ];
  const graphs = random.array(count, (i) => {
    const real = random.integer(0, edges);
    if (i % 2 === 0) return (edge: number): Ends => (edge < real ? [node(), node()] : none);
    return (): Ends => [random.integer(0, most), random.integer(0, most)];
  });
  return [...corners, ...graphs].map((ends) => {
    const list = Array.from({ length: edges }, (_, edge) => ends(edge));
    const edge_index = [0, 1].flatMap((end) => list.map((own) => BigInt(own[end] as number)));
    return { ...randomInputs(random, fixed, random.pick([0.3, 1])), edge_index };
  });
}
