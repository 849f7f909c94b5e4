import { stat } from "node:fs/promises";
import { writeNpz } from "../../events/npz-write.js";
import {
  GRAPH_ARRAYS,
  type GraphTotals,
  graphBlock,
  type SeriesArray,
} from "../../physics/tracker/arrays.js";
import { phiSlopeOf } from "../../physics/tracker/construct.js";
import {
  type ConstructionMetrics,
  createConstructionMetrics,
  type SizeSummary,
} from "../../physics/tracker/construction-metrics.js";
import {
  checkTrackerOptions,
  DEFAULT_TRACKER_OPTIONS,
  type TrackerOptions,
} from "../../physics/tracker/options.js";
import type { Interval } from "../../statistics/intervals.js";
import { type Command, EXIT } from "../command.js";
import { writeAtomically } from "../files.js";
import type { Output } from "../output.js";
import {
  arrayLines,
  checkEvents,
  describeArrays,
  type SampleOptions,
  sampleOptions,
  spectrumOf,
} from "../sample.js";
import { spool } from "../spool.js";

/** Hits that are held in memory at a time, on average. */
const BLOCK_HITS = 20_000;
/** After how many milliseconds the next line of progress is printed. */
const PROGRESS_MS = 5000;

/** Options of `l1c generate tracker`. */
export interface GenerateTrackerOptions extends SampleOptions {
  readonly field: number;
  readonly tracks: number;
  readonly "pile-up": number;
  readonly "pile-up-tracks": number;
  readonly "eta-max": number;
  readonly "d0-spread": number;
  readonly "z0-spread": number;
  readonly layers: number;
  readonly material: number;
  readonly resolution: number;
  readonly "z-resolution": number;
  readonly efficiency: number;
  readonly noise: number;
  readonly "phi-sectors": number;
  readonly "eta-sectors": number;
  readonly "phi-slope": number | undefined;
  readonly "z0-max": number;
  readonly skip: number;
}

const { construction, spectrum, ...chosen } = DEFAULT_TRACKER_OPTIONS;

/** What the command line takes where nothing is said. */
export const TRACKER_DEFAULTS = {
  seed: chosen.seed,
  output: "graphs.npz",
  spectrum: spectrum.kind,
  "pt-min": spectrum.min,
  "pt-max": spectrum.max,
  "pt-index": 3,
  "pt-scale": 1,
  field: chosen.field,
  tracks: chosen.tracks,
  "pile-up": chosen.pileUp,
  "pile-up-tracks": chosen.pileUpTracks,
  "eta-max": chosen.etaMax,
  "d0-spread": chosen.d0Spread,
  "z0-spread": chosen.z0Spread,
  layers: chosen.layers,
  material: chosen.material,
  resolution: chosen.resolution,
  "z-resolution": chosen.zResolution,
  efficiency: chosen.efficiency,
  noise: chosen.noise,
  "phi-sectors": construction.phiSectors,
  "eta-sectors": construction.etaSectors,
  "phi-slope": construction.phiSlope,
  "z0-max": construction.z0Max,
  skip: construction.skip,
} as const satisfies Omit<GenerateTrackerOptions, "events">;

/** What each option that is a number means. */
const MEANINGS = {
  field: "field, T",
  tracks: "mean number of tracks of the first vertex",
  "pile-up": "mean number of further vertices",
  "pile-up-tracks": "mean number of tracks of each of these",
  "eta-max": "largest |η| of tracks",
  "d0-spread": "spread of the impact parameters, mm",
  "z0-spread": "spread of the vertices along the beam, mm",
  layers: "layers, from the inside",
  material: "thickness of a layer, radiation lengths",
  resolution: "resolution along φ, mm",
  "z-resolution": "resolution along the beam, mm",
  efficiency: "efficiency of a layer",
  noise: "mean number of noise hits in a layer",
  "phi-sectors": "sectors in φ",
  "eta-sectors": "sectors in η",
  "z0-max": "largest |z0| of an edge, mm",
  skip: "layers that an edge may leave out",
} as const satisfies Partial<Record<keyof GenerateTrackerOptions, string>>;

function trackerOptionsOf(options: GenerateTrackerOptions): TrackerOptions {
  return {
    seed: options.seed,
    field: options.field,
    spectrum: spectrumOf(options),
    tracks: options.tracks,
    pileUp: options["pile-up"],
    pileUpTracks: options["pile-up-tracks"],
    etaMax: options["eta-max"],
    d0Spread: options["d0-spread"],
    z0Spread: options["z0-spread"],
    layers: options.layers,
    material: options.material,
    resolution: options.resolution,
    zResolution: options["z-resolution"],
    efficiency: options.efficiency,
    noise: options.noise,
    construction: {
      phiSectors: options["phi-sectors"],
      etaSectors: options["eta-sectors"],
      phiSlope: options["phi-slope"],
      z0Max: options["z0-max"],
      skip: options.skip,
    },
  };
}

export const generateTracker: Command<GenerateTrackerOptions> = {
  usage: "tracker",
  describe: "graphs of hits in the ten layers of a barrel",
  options: (argv) => {
    const names = Object.keys(MEANINGS) as (keyof typeof MEANINGS)[];
    const declared = names.reduce(
      (y, name) =>
        y.option(name, { type: "number", default: TRACKER_DEFAULTS[name], describe: MEANINGS[name] }),
      sampleOptions(argv, TRACKER_DEFAULTS),
    );
    return declared.option("phi-slope", {
      type: "number",
      describe: "largest |Δφ/Δr| of an edge, rad/mm (default: by --pt-min and --field)",
    }) as ReturnType<Command<GenerateTrackerOptions>["options"]>;
  },

  run: async (options, output) => {
    checkEvents(options.events);
    const sample = trackerOptionsOf(options);
    checkTrackerOptions(sample);
    output.progress(`generating ${options.events} tracker events, seed ${options.seed}`);
    const { metrics, totals } = await writeGraphs(sample, options.events, options.output, output);
    const { size } = await stat(options.output);
    const arrays = describeArrays(
      GRAPH_ARRAYS.map(({ name, dtype, shape }) => ({ name, dtype, shape: shape(totals) })),
    );
    const phiSlope = phiSlopeOf(sample);
    output.result(
      {
        output: options.output,
        events: options.events,
        seed: options.seed,
        bytes: size,
        construction: { phiSlope, z0Max: options["z0-max"], ...metrics },
        arrays,
      },
      [
        `${options.output}: ${options.events} events, ${metrics.graphs} graphs, ${(size / 1e6).toFixed(1)} MB`,
        ...arrayLines(arrays),
        ...constructionLines(metrics, phiSlope, options["z0-max"]),
      ].join("\n"),
    );
    return EXIT.good;
  },
};

/** Writes the graphs of a sample in one pass: every series to a file of its own first, since all grow at once. */
async function writeGraphs(
  sample: TrackerOptions,
  events: number,
  path: string,
  output: Output,
): Promise<{ metrics: ConstructionMetrics; totals: GraphTotals }> {
  const metrics = createConstructionMetrics();
  const totals = { graphs: 0, nodes: 0, edges: 0 };
  const tracks = sample.tracks + sample.pileUp * sample.pileUpTracks;
  const perBlock = Math.max(1, Math.floor(BLOCK_HITS / (1 + sample.layers * (tracks + sample.noise))));

  async function* blocks(): AsyncGenerator<readonly SeriesArray[]> {
    let told = performance.now();
    for (let start = 0; start < events; start += perBlock) {
      const block = graphBlock(sample, start, Math.min(perBlock, events - start));
      for (const event of block.events) metrics.add(event);
      totals.graphs += block.totals.graphs;
      totals.nodes += block.totals.nodes;
      totals.edges += block.totals.edges;
      yield block.series;
      if (performance.now() - told > PROGRESS_MS) {
        output.progress(`${start} events`);
        told = performance.now();
      }
    }
  }

  const series = GRAPH_ARRAYS.reduce((sum, { rows }) => sum + rows, 0);
  await writeAtomically(path, (sink) =>
    spool(path, series, blocks(), (readers) => {
      let first = 0;
      const arrays = GRAPH_ARRAYS.map(({ name, dtype, rows, shape }) => {
        const own = readers.slice(first, first + rows);
        first += rows;
        return {
          name,
          dtype,
          shape: shape(totals),
          async *blocks() {
            for (const reader of own) yield* reader();
          },
        };
      });
      return writeNpz(sink, arrays);
    }),
  );
  return { metrics: metrics.result(), totals };
}

const percent = (interval: Interval | null) =>
  interval === null ? "–" : `${(100 * interval.value).toFixed(2)} %`;

function constructionLines(
  { nodes, edges, efficiency, purity, truePairs }: ConstructionMetrics,
  phiSlope: number,
  z0Max: number,
): readonly string[] {
  const sizes = ({ mean, percentile99, most }: SizeSummary) =>
    `mean ${mean.toFixed(1)}, 99 % at most ${percentile99}, largest ${most}`;
  const { lostToSectors, lostToPhiSlope, lostToZ0 } = truePairs;
  return [
    `construction: |Δφ/Δr| ≤ ${phiSlope.toPrecision(3)} rad/mm, |z0| ≤ ${z0Max} mm`,
    `  nodes      ${sizes(nodes)}`,
    `  edges      ${sizes(edges)}`,
    `  efficiency ${percent(efficiency)} (lost: ${lostToSectors} to sectors, ${lostToPhiSlope} to |Δφ/Δr|, ${lostToZ0} to |z0|)`,
    `  purity     ${percent(purity)}`,
  ];
}
