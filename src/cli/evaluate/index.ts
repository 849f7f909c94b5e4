import { UserError } from "../../ir/errors.js";
import type { Evaluation } from "../../report/data.js";
import type { Build } from "../build-directory.js";
import type { Manifest } from "../manifest.js";
import { muon } from "./muon.js";
import type { EvaluationTask } from "./task.js";
import { tracker } from "./tracker.js";

/** Every kind of network whose physics can be judged; the first that fits a build judges it. */
const TASKS: Readonly<Record<Evaluation["task"], EvaluationTask>> = { tracker, muon };

/** What judges builds like this one; undefined for a network whose physics is not known. */
export function taskOf(manifest: Manifest): Evaluation["task"] | undefined {
  return (Object.keys(TASKS) as Evaluation["task"][]).find((name) => TASKS[name].fits(manifest));
}

/** What judges a build. Throws a UserError where nothing does. */
export function evaluationOf({ folder, manifest }: Build): EvaluationTask {
  const name = taskOf(manifest);
  if (name !== undefined) return TASKS[name];
  const known = Object.values(TASKS).map(({ judges }) => judges);
  throw new UserError(`eval knows ${known.join("; and ")}`, {
    where: folder,
    hint: "The physics of other models is beyond it: l1c sim gives their outputs, l1c cosim checks the firmware.",
  });
}
