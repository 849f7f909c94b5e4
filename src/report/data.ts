import type { SegmentMetrics, ThresholdMetrics } from "../physics/muon/metrics.js";
import type { EdgeThresholdMetrics } from "../physics/tracker/edge-metrics.js";
import type { ScoreHistogram } from "../physics/tracker/score-comparison.js";
import type { TrackThresholdMetrics } from "../physics/tracker/track-metrics.js";

/**
 * Everything a report shows, as plain values that survive JSON. The commands fill it; the report only formats,
 * it computes no physics and no hardware number. What was not evaluated is left out, and the report says so.
 */

/** Who produced a curve: the compiled integers, the trained float model, the classical algorithm beside them. */
export type Role = "fixed" | "float" | "baseline";

/** What a threshold means, where a number alone says little: the baseline's "≥ 4 layers". */
export interface ThresholdName {
  readonly threshold: number;
  readonly name: string;
  /** Whether the name also stands beside the point in plots. */
  readonly inPlots: boolean;
}

/** The physics of one algorithm. */
export interface Evaluated {
  readonly role: Role;
  /** Name in legends and tables; by default one that goes with the role. */
  readonly label?: string;
  readonly metrics: SegmentMetrics;
  /** Index in `metrics.thresholds` of the working point: where the bins of pT and the summary stand. */
  readonly chosen: number;
  readonly names?: readonly ThresholdName[];
}

/** One algorithm held to what another reaches. */
export interface EqualTerms {
  /** What is equal, in words. */
  readonly title: string;
  /** The other algorithm's point first. */
  readonly points: readonly { readonly role: Role; readonly point: ThresholdMetrics | null }[];
}

/** The physics of one sample, for each algorithm; all with the same plateau, segment definition and level. */
export interface Physics {
  /** The sample in words: generator, spectrum, background. */
  readonly sample: string;
  /** What the network's threshold is compared with, such as "logit". */
  readonly thresholdOf: string;
  /** At least one. */
  readonly algorithms: readonly Evaluated[];
  readonly equalTerms?: readonly EqualTerms[];
}

/** A true muon in an event display. */
export interface DisplayMuon {
  /** GeV. */
  readonly pt: number;
  readonly eta: number;
  readonly charge: number;
  /** Position in the chamber's middle plane, strips; strip k covers [k, k + 1). */
  readonly strip: number;
  /** Strips per layer. */
  readonly slope: number;
  /** Offsets of the voxels that it fired. */
  readonly voxels: readonly number[];
}

/** One chamber image; a voxel's offset is (partition · strips + strip) · layers + layer. */
export interface EventDisplay {
  readonly title: string;
  readonly note?: string;
  readonly partitions: number;
  readonly strips: number;
  readonly layers: number;
  /** Offsets of the fired voxels. */
  readonly hits: readonly number[];
  /** Offsets of the voxels that the network marks. */
  readonly marked: readonly number[];
  readonly muons: readonly DisplayMuon[];
}

/** What one threshold on the scores of edges gives. `threshold` is a probability. */
export interface TrackerPoint extends EdgeThresholdMetrics {
  /** Null where the sample does not say which particles the hits are of. */
  readonly tracks: TrackThresholdMetrics | null;
}

/** The physics of the edges' scores of the firmware's integers or of the float model. */
export interface TrackerAlgorithm {
  readonly role: "fixed" | "float";
  /** Area under the receiver operating characteristic, and by how much it may be off; null where all edges are of one kind. */
  readonly auc: number | null;
  readonly aucError: number | null;
  /** Fractions of the false and of the true edges that are taken, from (0, 0) to (1, 1). */
  readonly roc: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[];
  readonly thresholds: readonly TrackerPoint[];
  /** Edges by probability. */
  readonly scores: ScoreHistogram;
}

/** The physics of a network that classifies the edges of tracker graphs. Both algorithms have the same thresholds. */
export interface TrackerPhysics {
  /** The sample in words. */
  readonly sample: string;
  readonly edges: number;
  readonly trueEdges: number;
  /** The largest graph that the network takes, and what did not fit: edges that were cut away count as not taken. */
  readonly largest: { readonly nodes: number; readonly edges: number };
  readonly cut: {
    readonly graphs: number;
    readonly nodes: number;
    readonly edges: number;
    readonly trueEdges: number;
  };
  /** Fewest hits of a track and of a particle; particles with so many. Null as the tracks. */
  readonly leastHits: number | null;
  readonly particles: number | null;
  /** The fixed-point one first. */
  readonly algorithms: readonly TrackerAlgorithm[];
  /** Indices of thresholds: that of the firmware or the one that was asked for, and the one at which the float model decides most edges rightly. */
  readonly working: number;
  readonly best: number;
  /** For each threshold the edges that fixed point and float decide differently. */
  readonly flips: readonly number[];
}

/** What became of an edge. */
export const EDGE_CLASSES = ["rejected", "false", "true", "missed"] as const;
export type EdgeClass = (typeof EDGE_CLASSES)[number];

/** A graph of hits with what the network made of its edges. */
export interface TrackerDisplay {
  readonly title: string;
  /** Of each hit: mm, rad from the middle of the sector, mm. */
  readonly hits: readonly {
    readonly r: number;
    readonly phi: number;
    readonly z: number;
    readonly noise: boolean;
  }[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly kind: EdgeClass }[];
}

/** What `l1c eval` found out of a network that marks hits of muons. */
export interface MuonEvaluation {
  readonly task: "muon";
  readonly events: number;
  readonly physics: Physics;
  readonly displays: readonly EventDisplay[];
}

/** What it found out of one that classifies the edges of tracker graphs. */
export interface TrackerEvaluation {
  readonly task: "tracker";
  readonly events: number;
  readonly physics: TrackerPhysics;
  readonly displays: readonly TrackerDisplay[];
}

export type Evaluation = MuonEvaluation | TrackerEvaluation;

/** One row of the table of layers; what does not apply to a layer is left out. */
export interface LayerRow {
  readonly name: string;
  readonly operation: string;
  /** Shape of its output. */
  readonly shape: readonly number[];
  /** Type of its output, as text. */
  readonly type: string;
  readonly weightType?: string;
  readonly weights?: { readonly nonzero: number; readonly total: number };
  /** Size of the window that it looks at, such as [3, 5]. */
  readonly window?: readonly number[];
  /** Copies of its module in the firmware. */
  readonly instances?: number;
  readonly latencyCycles?: number;
  readonly lut?: number;
  readonly ff?: number;
  readonly bram?: number;
}

export interface Port {
  readonly name: string;
  readonly direction: "in" | "out";
  /** Bits. */
  readonly width: number;
  readonly meaning: string;
}

export const RESOURCES = ["lut", "srl", "ff", "carry", "dsp", "bram"] as const;
export type Resource = (typeof RESOURCES)[number];
export type ResourceCounts = Readonly<Partial<Record<Resource, number>>>;

/** The firmware, as the compiler promises it. */
export interface Hardware {
  /** Name, what the device has in all, and into how many equal SLRs it is divided (1 where left out). */
  readonly device: { readonly name: string; readonly has: ResourceCounts; readonly slrs?: number };
  readonly clockMHz: number;
  readonly latencyCycles: number;
  /** Initiation interval: clock cycles from one event to the next. */
  readonly intervalCycles: number;
  /** How the input streams, in words. */
  readonly stream?: string;
  readonly ports: readonly Port[];
  readonly resources: ResourceCounts;
  /** Where the resources come from: the compiler's estimate, or a synthesis tool by name. */
  readonly resourcesBy: string;
}

/** One output bit that differed. */
export interface Difference {
  readonly event: number;
  readonly output: string;
  /** Element of the output, such as [3, 120, 4]. */
  readonly index: readonly number[];
  readonly bit: number;
  readonly expected: number;
  readonly found: number;
}

/** Result of the co-simulation: what `src/cosim` compared, and with which simulator. */
export interface Cosim {
  /** Simulator and version. */
  readonly simulator: string;
  readonly events: number;
  readonly bitsCompared: number;
  readonly bitsDiffering: number;
  /** The first of the differing bits. */
  readonly differences: readonly Difference[];
  /** Every latency seen, clock cycles, without repetition. */
  readonly latencies: readonly number[];
  /** Every interval seen, clock cycles, without repetition. */
  readonly intervals: readonly number[];
  /** Faults of the valid and first signals, in words. */
  readonly protocol: readonly string[];
  /** Of idle clocks and junk, and of random events. */
  readonly seed?: number;
}

/** What is needed to get the same report again. */
export interface Provenance {
  readonly model: { readonly path: string; readonly sha256: string };
  /** Files besides the model's own: weights, and what it refers to. */
  readonly data?: readonly { readonly path: string; readonly sha256: string }[];
  readonly config?: { readonly path: string; readonly sha256: string };
  readonly seeds: readonly { readonly use: string; readonly seed: number }[];
  readonly commands: readonly string[];
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256?: string }[];
}

export interface ReportData {
  readonly tool: { readonly name: string; readonly version: string };
  readonly model: { readonly name: string; readonly description?: string };
  readonly hardware: Hardware;
  readonly layers: readonly LayerRow[];
  readonly provenance: Provenance;
  /** What the compiler noted of the model. */
  readonly notes?: readonly { readonly where: string; readonly message: string }[];
  /** What physics can be evaluated of the model, if any. */
  readonly task?: Evaluation["task"];
  readonly cosim?: Cosim;
  readonly evaluation?: Evaluation;
}
