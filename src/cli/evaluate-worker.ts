import { workerData } from "node:worker_threads";
import type { FixedInput, FixedNode } from "../ir/fixed/fixed.js";
import { parseFixed } from "../ir/fixed/text.js";
import { toNumber } from "../ir/fixed-point.js";
import { atChannel } from "../ir/granular.js";
import { parseModel } from "../ir/model/text.js";
import { baselineScores } from "../physics/muon/baseline.js";
import type { StripCount } from "../physics/muon/geometry.js";
import { createFloatExecutor } from "../sim/float/index.js";
import { inputEncoder } from "../sim/inputs.js";
import { loadSimulator } from "../sim/typescript/load.js";

/** What a worker needs once: the levels of a build, and which nodes hold the scores. */
export interface EvaluationSetup {
  readonly modelText: string;
  readonly fixedText: string;
  readonly golden: string;
  /** The node whose value the threshold compares, in the Model and in the Fixed graph. */
  readonly modelScore: string;
  readonly fixedScore: string;
}

export interface EvaluationTask {
  readonly voxels: Uint8Array;
  readonly rows: number;
  readonly strips: StripCount;
}

/** The scores of a block of chamber images, in physical units where they are a network's. */
export interface EvaluationScores {
  readonly fixed: Float64Array;
  readonly float: Float64Array;
  readonly baseline: Uint8Array;
}

const evaluator = createEvaluator((workerData as [unknown, EvaluationSetup])[1]);

/** Scores every voxel of a block by the firmware's integers, by the float model and by the road masks. */
export default async function evaluate(task: EvaluationTask): Promise<EvaluationScores> {
  return (await evaluator)(task);
}

async function createEvaluator(setup: EvaluationSetup): Promise<(task: EvaluationTask) => EvaluationScores> {
  const fixed = parseFixed(setup.fixedText, "fixed.l1c");
  const model = parseModel(setup.modelText, "model.l1c");
  const golden = await loadSimulator(setup.golden);
  // The only output is the score, so that nothing else is copied for each event.
  const scored = { ...model, outputs: [{ name: "score", value: setup.modelScore }] };
  const float = createFloatExecutor(scored, { quantizers: "ignore" });
  const input = fixed.nodes.find(({ op }) => op === "input") as FixedInput;
  const scoreNode = fixed.nodes.find(({ name }) => name === setup.fixedScore) as FixedNode;
  const channels = scoreNode.shape.at(-1) ?? 1;
  const scale = Array.from({ length: channels }, (_, c) => toNumber(1n, atChannel(scoreNode.types, c)));
  const encode = inputEncoder(input, { raw: false });
  return ({ voxels, rows, strips }) => {
    const size = voxels.length / rows;
    const scores = { fixed: new Float64Array(voxels.length), float: new Float64Array(voxels.length) };
    for (let row = 0; row < rows; row++) {
      const event = voxels.subarray(row * size, (row + 1) * size);
      const integers = golden.trace({ [input.name]: encode(event, row) })[setup.fixedScore] as Int32Array;
      for (let i = 0; i < size; i++)
        scores.fixed[row * size + i] = integers[i] * (scale[i % channels] as number);
      const { score } = float.run({ [input.name]: new Float64Array(event) });
      scores.float.set(score as Float64Array, row * size);
    }
    return { ...scores, baseline: baselineScores(voxels, rows, strips) };
  };
}
