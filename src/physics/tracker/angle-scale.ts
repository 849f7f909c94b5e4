import { EDGE_FEATURES, NODE_FEATURES } from "./features.js";
import { etaAt } from "./geometry.js";
import type { TrackerGraph } from "./graphs.js";

/**
 * The angle for which the features φ and Δφ of a graph are 1, from its features alone: the median of |Δφ| in rad, which is √(ΔR² − Δη²), over the
 * feature Δφ. Undefined where no edge tells it.
 */
export function angleScaleOf({
  edges,
  x,
  edgeAttr,
  senders,
  receivers,
}: Pick<TrackerGraph, "edges" | "x" | "edgeAttr" | "senders" | "receivers">): number | undefined {
  const eta = (node: number) => etaAt(x[node * NODE_FEATURES], x[node * NODE_FEATURES + 2]);
  const scales: number[] = [];
  for (let e = 0; e < edges; e++) {
    const [, feature, , deltaR] = edgeAttr.subarray(e * EDGE_FEATURES, (e + 1) * EDGE_FEATURES);
    const deta = eta(receivers[e]) - eta(senders[e]);
    const dphi = Math.sqrt(deltaR * deltaR - deta * deta);
    if (dphi > 0 && feature !== 0) scales.push(dphi / Math.abs(feature));
  }
  return scales.sort((a, b) => a - b)[scales.length >> 1];
}
