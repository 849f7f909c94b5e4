import { fileURLToPath } from "node:url";
import { Tinypool } from "tinypool";
import type { EventBlock, EventSource } from "../../events/source.js";
import { UserError } from "../../ir/errors.js";
import { createEdgeMetrics } from "../../physics/tracker/edge-metrics.js";
import { EDGE_FEATURES, NODE_FEATURES } from "../../physics/tracker/features.js";
import { type FittedGraph, fitGraph } from "../../physics/tracker/fit.js";
import type { TrackerGraph } from "../../physics/tracker/graphs.js";
import { createScoreComparison } from "../../physics/tracker/score-comparison.js";
import { createTrackMetrics } from "../../physics/tracker/track-metrics.js";
import type { TrackerAlgorithm, TrackerDisplay, TrackerPhysics } from "../../report/data.js";
import type { GraphLayout } from "../graph-layout.js";
import { readGraphPath, takeSome } from "../graphs.js";
import { limitBlocks } from "../simulate.js";
import { inOrder } from "./ordered.js";
import { createScorer, type ScoreSetup, type Scores, type ScoreTask } from "./score.js";
import { createDisplayPicker } from "./tracker-displays.js";

/** Graphs of a block. */
const BLOCK_GRAPHS = 50;
/** Bins of the scores' distribution. */
const BINS = 50;
const ROLES = ["fixed", "float"] as const;

/** A threshold on the score, and as a probability. */
export interface TrackerThreshold {
  readonly level: number;
  readonly probability: number;
}

export interface TrackerJudgement {
  readonly setup: ScoreSetup;
  readonly layout: GraphLayout;
  /** Ascending. */
  readonly thresholds: readonly TrackerThreshold[];
  /** Index of the threshold at which the network works. */
  readonly working: number;
  /** The probability that a score stands for. */
  readonly probability: (score: number) => number;
  readonly count: number;
  readonly threads: number;
}

/** What the firmware's integers and the float model make of the same graphs. */
export interface JudgedGraphs {
  readonly physics: Omit<TrackerPhysics, "sample">;
  readonly displays: readonly TrackerDisplay[];
}

/**
 * Scores the edges of `count` graphs, in worker threads where there are several, and judges firmware and float model.
 * Edges that were cut away have the score −∞. Throws a UserError for graphs without truth.
 */
export async function judgeGraphs(
  path: string,
  source: EventSource,
  { setup, layout, thresholds, working, probability, count, threads }: TrackerJudgement,
): Promise<JudgedGraphs> {
  const levels = thresholds.map(({ level }) => level);
  const graphs = readGraphPath(path, layout.form);
  const edges = {
    fixed: createEdgeMetrics({ thresholds: levels }),
    float: createEdgeMetrics({ thresholds: levels }),
  };
  const tracks = {
    fixed: createTrackMetrics({ thresholds: levels }),
    float: createTrackMetrics({ thresholds: levels }),
  };
  const comparison = createScoreComparison({ thresholds: levels, bins: BINS, probability });
  const picker = createDisplayPicker();
  const cut = { graphs: 0, nodes: 0, edges: 0, trueEdges: 0 };
  const tracker =
    layout.form.nodeFeatures === NODE_FEATURES &&
    (layout.form.edgeFeatures === undefined || layout.form.edgeFeatures === EDGE_FEATURES);
  let hasParticles = true;
  let index = 0;

  for await (const [block, scores] of scoredBlocks()) {
    for (const [g, graph] of (await takeSome(graphs, block.rows)).entries()) {
      if (graph.y === undefined) throw noTruth(path);
      const fitted = fitGraph(graph, layout.form);
      const own = {
        fixed: ownScores(scores.fixed, g, block.rows, graph, fitted),
        float: ownScores(scores.float, g, block.rows, graph, fitted),
      };
      hasParticles &&= graph.pid !== undefined;
      for (const role of ROLES) {
        edges[role].add(graph, own[role]);
        if (hasParticles) tracks[role].add(graph, own[role]);
      }
      comparison.add(graph, own);
      if (fitted.cut) {
        cut.graphs++;
        cut.nodes += graph.nodes - fitted.nodes;
        cut.edges += graph.edges - fitted.kept.length;
        cut.trueEdges += trueEdges(graph) - fitted.kept.reduce((sum, e) => sum + (graph.y?.[e] ?? 0), 0);
      }
      if (tracker) {
        const taken = (e: number) => own.fixed[e] >= levels[working];
        picker.offer({ index, graph, taken, cut: fitted.cut });
      }
      index++;
    }
  }

  const { flips, histograms } = comparison.result();
  const algorithms = ROLES.map((role): TrackerAlgorithm => {
    const { auc, aucError, roc, thresholds: points } = edges[role].result();
    const found = hasParticles ? tracks[role].result().thresholds : undefined;
    return {
      ...{ role, auc, aucError },
      roc: roc.map(({ falsePositiveRate, truePositiveRate }) => ({ falsePositiveRate, truePositiveRate })),
      thresholds: points.map((point, t) => {
        const threshold = thresholds[t].probability;
        return { ...point, threshold, tracks: found === undefined ? null : { ...found[t], threshold } };
      }),
      scores: histograms[role],
    };
  });
  const all = edges.fixed.result();
  const { leastHits, particles } = hasParticles
    ? tracks.fixed.result()
    : { leastHits: null, particles: null };
  const { nodes, edges: largest } = layout.form;
  return {
    physics: {
      ...{ edges: all.edges, trueEdges: all.trueEdges, largest: { nodes, edges: largest }, cut },
      ...{ leastHits, particles, algorithms, working, best: mostAccurate(algorithms[1]), flips },
    },
    displays: picker.displays(),
  };

  /** The blocks of the source with their scores, in order. */
  async function* scoredBlocks(): AsyncGenerator<readonly [EventBlock, Scores]> {
    const blocks = limitBlocks(source.blocks(source.names, BLOCK_GRAPHS), count);
    const taskOf = ({ rows, arrays }: EventBlock): ScoreTask => ({ rows, inputs: arrays });
    if (threads === 1) {
      const score = await createScorer(setup);
      for await (const block of blocks) yield [block, score(taskOf(block))];
      return;
    }
    const pool = new Tinypool({
      filename: fileURLToPath(new URL("./score-worker.js", import.meta.url)),
      workerData: setup,
      minThreads: threads,
      maxThreads: threads,
    });
    try {
      yield* inOrder(blocks, threads, (block): Promise<Scores> => pool.run(taskOf(block)));
    } finally {
      await pool.destroy();
    }
  }
}

function noTruth(file: string): UserError {
  return new UserError("it has no truth: y missing", {
    where: file,
    hint: "Make graphs with truth: l1c generate tracker --events N -o graphs.npz",
  });
}

const trueEdges = ({ y }: TrackerGraph) => (y as Uint8Array).reduce((sum, one) => sum + one, 0);

/** The scores of a graph's own edges, of those of `rows` padded graphs. */
function ownScores(
  all: Float64Array,
  row: number,
  rows: number,
  { edges }: TrackerGraph,
  { kept }: FittedGraph,
): Float64Array {
  const first = (all.length / rows) * row;
  const own = new Float64Array(edges).fill(Number.NEGATIVE_INFINITY);
  kept.forEach((edge, e) => void (own[edge] = all[first + e]));
  return own;
}

/** The threshold at which most edges are decided rightly; the middle one of several. */
function mostAccurate({ thresholds }: TrackerAlgorithm): number {
  const right = thresholds.map(({ truePositives, trueNegatives }) => truePositives + trueNegatives);
  const most = Math.max(...right);
  const best = right.flatMap((n, t) => (n === most ? [t] : []));
  return best[best.length >> 1];
}
