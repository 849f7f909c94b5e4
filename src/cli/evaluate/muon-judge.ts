import { fileURLToPath } from "node:url";
import type { EventBlock, EventSource } from "../../events/source.js";
import { BASELINE_THRESHOLDS } from "../../physics/muon/baseline.js";
import type { StripCount } from "../../physics/muon/geometry.js";
import { createSegmentMetrics, type SegmentMetrics } from "../../physics/muon/metrics.js";
import type { EventDisplay } from "../../report/data.js";
import { inThreads } from "../in-threads.js";
import { BLOCK_EVENTS, limitBlocks } from "../simulate.js";
import { createDisplayPicker } from "./muon-displays.js";
import type { MuonScores, MuonTask } from "./muon-worker.js";
import type { ScoreSetup } from "./score.js";

/** The arrays of muon events that carry the truth. */
export const TRUTH = ["truth", "muon_pt", "muon_eta", "muon_charge", "muon_strip", "muon_slope"] as const;

/** Thresholds on the logit at which efficiency and fake rate are computed, besides the configured one. */
const LOGITS = Array.from({ length: 65 }, (_, i) => -8 + 0.25 * i);

/** What the firmware's integers, the float model and the road masks make of the same events. */
export interface Judged {
  readonly metrics: Readonly<Record<"fixed" | "float" | "baseline", SegmentMetrics>>;
  readonly displays: readonly EventDisplay[];
}

/**
 * Scores `count` events in worker threads and judges firmware, float model and road masks. `array` is the one that feeds
 * the input; `level` is the configured threshold in units of the score.
 */
export async function judge(
  setup: ScoreSetup,
  source: EventSource,
  { input, array }: { readonly input: string; readonly array: string },
  { count, threads, level }: { readonly count: number; readonly threads: number; readonly level: number },
): Promise<Judged> {
  const strips = source.shape(array)[1] as StripCount;
  const thresholds = [...new Set([...LOGITS, level])].sort((a, b) => a - b);
  const metrics = {
    fixed: createSegmentMetrics({ strips, thresholds }),
    float: createSegmentMetrics({ strips, thresholds }),
    baseline: createSegmentMetrics({ strips, thresholds: BASELINE_THRESHOLDS }),
  };
  const picker = createDisplayPicker(strips);
  const program = {
    filename: fileURLToPath(new URL("./muon-worker.js", import.meta.url)),
    workerData: setup,
  };
  const blocks = limitBlocks(source.blocks([array, ...TRUTH], BLOCK_EVENTS), count);
  const scored = inThreads<EventBlock, MuonScores>(program, threads, blocks, (block) => {
    const { voxels } = imagesOf(block, array);
    return { task: { rows: block.rows, inputs: { [input]: voxels }, voxels, strips } satisfies MuonTask };
  });
  for await (const [block, { fixed, float, baseline }] of scored) {
    const images = imagesOf(block, array);
    metrics.fixed.add({ ...images, scores: fixed });
    metrics.float.add({ ...images, scores: float });
    metrics.baseline.add({ ...images, scores: baseline });
    offerDisplays(picker, block, images, fixed, level);
  }
  const results = {
    fixed: metrics.fixed.result(),
    float: metrics.float.result(),
    baseline: metrics.baseline.result(),
  };
  return { metrics: results, displays: picker.displays() };
}

function imagesOf({ rows, arrays }: EventBlock, array: string) {
  return {
    rows,
    voxels: arrays[array] as Uint8Array,
    truth: arrays.truth as Uint8Array,
    muonPt: arrays.muon_pt as Float32Array,
  };
}

function offerDisplays(
  picker: ReturnType<typeof createDisplayPicker>,
  block: EventBlock,
  { voxels, truth, muonPt }: ReturnType<typeof imagesOf>,
  scores: Float64Array,
  level: number,
): void {
  const size = voxels.length / block.rows;
  const perRow = muonPt.length / block.rows;
  const column = (name: string, i: number) => Number(block.arrays[name]?.[i]);
  for (let row = 0; row < block.rows; row++) {
    const indices = Array.from({ length: perRow }, (_, m) => row * perRow + m).filter(
      (i) => !Number.isNaN(muonPt[i]),
    );
    picker.offer({
      index: block.start + row,
      voxels: voxels.subarray(row * size, (row + 1) * size),
      truth: truth.subarray(row * size, (row + 1) * size),
      marked: (voxel) => (scores[row * size + voxel] as number) >= level,
      muons: indices.map((i) => ({
        pt: column("muon_pt", i),
        eta: column("muon_eta", i),
        charge: column("muon_charge", i),
        strip: column("muon_strip", i),
        slope: column("muon_slope", i),
      })),
    });
  }
}
