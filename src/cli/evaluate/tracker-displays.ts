import { angleScaleOf } from "../../physics/tracker/angle-scale.js";
import { LENGTH_SCALE, NODE_FEATURES } from "../../physics/tracker/features.js";
import type { TrackerGraph } from "../../physics/tracker/graphs.js";
import type { EdgeClass, TrackerDisplay } from "../../report/data.js";

/** Edges of a graph that shows something and can still be looked at. */
const EDGES = { least: 20, most: 400 };

/** A graph with what the network makes of its edges. */
export interface TrackerCandidate {
  readonly index: number;
  readonly graph: TrackerGraph;
  readonly taken: (edge: number) => boolean;
  readonly cut: boolean;
}

interface Counts extends Readonly<Record<EdgeClass, number>> {
  readonly cut: boolean;
}

interface Kind {
  readonly title: string;
  readonly fits: (counts: Counts) => boolean;
}

/** What a reader wants to see: the first graph of each kind is shown. */
const KINDS: readonly Kind[] = [
  {
    title: "Every edge decided rightly",
    fits: (counts) => !counts.cut && counts.true > 0 && counts.false + counts.missed === 0,
  },
  {
    title: "True edges missed and false ones taken",
    fits: (counts) => !counts.cut && counts.missed > 0 && counts.false > 0,
  },
  { title: "Cut to the largest graph of the network", fits: (counts) => counts.cut },
];

/** Collects the first graph of each kind. */
export function createDisplayPicker() {
  const found = new Map<string, TrackerDisplay>();
  return {
    offer(candidate: TrackerCandidate): void {
      const { graph, cut } = candidate;
      if (found.size === KINDS.length || graph.edges < EDGES.least || graph.edges > EDGES.most) return;
      const kinds = classesOf(candidate);
      const count = (kind: EdgeClass) => kinds.filter((one) => one === kind).length;
      const counts = {
        ...{ true: count("true"), false: count("false") },
        ...{ missed: count("missed"), rejected: count("rejected"), cut },
      };
      for (const { title, fits } of KINDS) {
        if (!found.has(title) && fits(counts)) found.set(title, display(title, candidate, kinds));
      }
    },
    displays: (): readonly TrackerDisplay[] => KINDS.flatMap(({ title }) => found.get(title) ?? []),
  };
}

function classesOf({ graph, taken }: TrackerCandidate): readonly EdgeClass[] {
  return Array.from({ length: graph.edges }, (_, e) =>
    graph.y?.[e] === 1 ? (taken(e) ? "true" : "missed") : taken(e) ? "false" : "rejected",
  );
}

function display(
  title: string,
  { index, graph }: TrackerCandidate,
  kinds: readonly EdgeClass[],
): TrackerDisplay {
  // Without an edge that tells it, eight sectors, as in TrackML.
  const scale = angleScaleOf(graph) ?? Math.PI / 8;
  return {
    title: `${title} (graph ${index})`,
    hits: Array.from({ length: graph.nodes }, (_, n) => {
      const [r, phi, z] = graph.x.subarray(n * NODE_FEATURES, (n + 1) * NODE_FEATURES);
      return {
        ...{ r: r * LENGTH_SCALE, phi: phi * scale, z: z * LENGTH_SCALE },
        noise: (graph.pid?.[n] ?? 0) < 0,
      };
    }),
    edges: kinds.map((kind, e) => ({ from: graph.senders[e], to: graph.receivers[e], kind })),
  };
}
