import type { SegmentMetrics, ThresholdMetrics } from "../physics/muon/metrics.js";

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
  /** Whether the model marks hits of muon chamber images, so that there is physics to evaluate. */
  readonly chamber: boolean;
  readonly cosim?: Cosim;
  readonly physics?: Physics;
  readonly displays?: readonly EventDisplay[];
}
