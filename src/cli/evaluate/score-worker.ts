import { workerData } from "node:worker_threads";
import { createScorer, type ScoreSetup, type Scores, type ScoreTask } from "./score.js";

const scorer = createScorer((workerData as [unknown, ScoreSetup])[1]);

/** Scores a block of events by the firmware's integers and by the float model. */
export default async function score(task: ScoreTask): Promise<Scores> {
  return (await scorer)(task);
}
