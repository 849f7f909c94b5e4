/**
 * The connected components of a graph whose edges are those that `taken` says: for each node the lowest node of its
 * component. Union-find with path halving (Tarjan and van Leeuwen, J. ACM 31 (1984) 245).
 */
export function connectedComponents(
  nodes: number,
  senders: Readonly<ArrayLike<number>>,
  receivers: Readonly<ArrayLike<number>>,
  taken: (edge: number) => boolean,
): Int32Array {
  const parent = Int32Array.from({ length: nodes }, (_, node) => node);
  const rootOf = (start: number): number => {
    let node = start;
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]];
      node = parent[node];
    }
    return node;
  };
  for (let e = 0; e < senders.length; e++) {
    if (!taken(e)) continue;
    const [a, b] = [rootOf(senders[e]), rootOf(receivers[e])];
    if (a < b) parent[b] = a;
    else parent[a] = b;
  }
  return parent.map((_, node) => rootOf(node));
}
