import { workerData } from "node:worker_threads";
import { baselineScores } from "../../physics/muon/baseline.js";
import type { StripCount } from "../../physics/muon/geometry.js";
import { createScorer, type ScoreSetup, type Scores, type ScoreTask } from "./score.js";

/** Chamber images to score. */
export interface MuonTask extends ScoreTask {
  readonly voxels: Uint8Array;
  readonly strips: StripCount;
}

/** The scores of each voxel of a block of chamber images. */
export interface MuonScores extends Scores {
  readonly baseline: Uint8Array;
}

const scorer = createScorer((workerData as [unknown, ScoreSetup])[1]);

/** Scores every voxel of a block by the firmware's integers, by the float model and by the road masks. */
export default async function score(task: MuonTask): Promise<MuonScores> {
  const { voxels, rows, strips } = task;
  return { ...(await scorer)(task), baseline: baselineScores(voxels, rows, strips) };
}
