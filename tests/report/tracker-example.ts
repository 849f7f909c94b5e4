import { createEdgeMetrics } from "../../src/physics/tracker/edge-metrics.js";
import { DEFAULT_TRACKER_OPTIONS } from "../../src/physics/tracker/options.js";
import { createScoreComparison } from "../../src/physics/tracker/score-comparison.js";
import { createTrackMetrics } from "../../src/physics/tracker/track-metrics.js";
import type { EdgeClass, TrackerEvaluation } from "../../src/report/data.js";
import { Random } from "../support/random.js";
import { sampleGraphs } from "../support/tracker.js";

const THRESHOLDS = [0.1, 0.3, 0.5, 0.7, 0.9];
const WORKING = 2;

/** What a report needs of tracker graphs: toy graphs with made-up scores, float and rounded. */
export async function trackerReport(): Promise<{
  readonly task: "tracker";
  readonly evaluation: TrackerEvaluation;
}> {
  const random = new Random(3);
  const graphs = sampleGraphs({ ...DEFAULT_TRACKER_OPTIONS, seed: 4 }, 1).filter(({ edges }) => edges > 20);
  const metrics = (["fixed", "float"] as const).map((role) => ({
    role,
    edges: createEdgeMetrics({ thresholds: THRESHOLDS }),
    tracks: createTrackMetrics({ thresholds: THRESHOLDS }),
  }));
  const comparison = createScoreComparison({ thresholds: THRESHOLDS, bins: 50, probability: (x) => x });
  const displays = graphs.map((graph, g) => {
    const float = Array.from(graph.y, (y) => Math.min(0.999, Math.max(0.001, (y + 2 * random.next()) / 3)));
    const fixed = float.map((score) => Math.round(score * 64) / 64);
    for (const { role, edges, tracks } of metrics) {
      edges.add(graph, role === "fixed" ? fixed : float);
      tracks.add(graph, role === "fixed" ? fixed : float);
    }
    comparison.add(graph, { fixed, float });
    return {
      title: `Graph ${g}`,
      hits: Array.from({ length: graph.nodes }, (_, n) => ({
        r: graph.x[3 * n] * 1000,
        phi: (graph.x[3 * n + 1] * Math.PI) / 8,
        z: graph.x[3 * n + 2] * 1000,
        noise: graph.pid[n] < 0,
      })),
      edges: fixed.map((score, e) => {
        const taken = score >= THRESHOLDS[WORKING];
        const kind: EdgeClass = graph.y[e] === 1 ? (taken ? "true" : "missed") : taken ? "false" : "rejected";
        return { from: graph.senders[e], to: graph.receivers[e], kind };
      }),
    };
  });
  const { flips, histograms } = comparison.result();
  const algorithms = metrics.map(({ role, edges, tracks }) => {
    const { auc, aucError, roc, thresholds } = edges.result();
    const found = tracks.result().thresholds;
    return {
      ...{ role, auc, aucError, roc, scores: histograms[role] },
      thresholds: thresholds.map((point, t) => ({ ...point, tracks: found[t] })),
    };
  });
  const all = metrics[0].edges.result();
  return {
    task: "tracker",
    evaluation: {
      ...{ task: "tracker", events: graphs.length, displays: displays.slice(0, 3) },
      physics: {
        sample: "toy graphs",
        ...{ edges: all.edges, trueEdges: all.trueEdges, largest: { nodes: 128, edges: 256 } },
        cut: { graphs: 3, nodes: 4, edges: 5, trueEdges: 2 },
        ...{ leastHits: 3, particles: metrics[0].tracks.result().particles },
        ...{ algorithms, working: WORKING, best: 3, flips },
      },
    },
  };
}
