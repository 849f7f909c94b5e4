import type { Circuit } from "../ir/circuit/circuit.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import type { Note } from "../ir/note.js";
import type { AdderGraphFacts } from "./effort.js";
import type { PortPacking } from "./packing.js";

/** How the events of a firmware come in: whole, an image by columns or by pixels, or a graph by edges and nodes. */
export const ARCHITECTURES = ["parallel", "stream", "raster", "graph"] as const;

/**
 * Firmware, however it was lowered: a top module with `clk`, `rst`, `in_valid`, `in_first`, one data port for each
 * input, `out_valid`, `out_first` and one data port for each output. An event is `interval` beats, the same for all
 * ports; events may follow each other without a pause.
 */
export interface Lowered {
  readonly architecture: (typeof ARCHITECTURES)[number];
  readonly circuit: Circuit;
  /** Clocks from the first beat of an event in to its first beat out. */
  readonly latency: number;
  /** Clocks from one event's first beat to the next one's, which is also the beats of an event. */
  readonly interval: number;
  /**
   * From one event to the next it is a multiple of so many clocks, because parts of the network take turns at one hardware;
   * where it is missing, any number of clocks from the interval on.
   */
  readonly grid?: number;
  readonly inputs: readonly LoweredPort[];
  readonly outputs: readonly LoweredPort[];
  readonly layers: readonly LayerFacts[];
  /** Nodes of layers that are not in the Fixed graph: lowering added them. */
  readonly added?: readonly FixedNode[];
  /** What the user should know of the firmware. */
  readonly notes?: readonly Note[];
  /** What lies between one clock edge and the next. */
  readonly stages: readonly Stage[];
}

/** A stage of the pipeline: the longest path between its registers, register and clock uncertainty included, in ns. */
export interface Stage {
  /** The clock, from that in which the inputs come; of a stream or raster, from that in which its layer's window is there. */
  readonly cycle: number;
  /** The layer that the path ends in; empty where nothing is computed. */
  readonly layer: string;
  readonly path: number;
}

/** A data port of the top module. */
export interface LoweredPort {
  /** The name in the graph: of the input node or of the output. */
  readonly name: string;
  /** The name in the Verilog. */
  readonly port: string;
  readonly value: FixedNode;
  readonly packing: PortPacking;
}

/** What the compiler knows of one layer of the firmware. */
export interface LayerFacts {
  readonly name: string;
  /** The nodes of the Fixed graph, or added to it, that it computes. */
  readonly nodes: readonly string[];
  /** The module of the whole layer. */
  readonly module: string;
  /** How many copies of one computation work at once (sites), 1 for a layer that is one computation. */
  readonly copies: number;
  /**
   * Of a stream's layer, the patch that a site reads: columns along the stream × positions across. Of a raster's layer,
   * its window: columns × rows.
   */
  readonly patch?: { readonly columns: number; readonly sites: number };
  /** Cycles that the layer waits for its window, and those of its arithmetic. */
  readonly cycles: { readonly window: number; readonly arithmetic: number };
  /** What the search for the adder graphs of all copies found; none where it has no adders. */
  readonly adders?: AdderGraphFacts;
  /** The longest register-to-register path that the delay model sees, in ns. */
  readonly worstPath: number;
}
