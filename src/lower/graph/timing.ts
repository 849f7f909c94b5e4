import type { Module } from "../../ir/circuit/circuit.js";
import { UserError } from "../../ir/errors.js";
import type { DelayModel } from "../delay.js";
import type { Stage } from "../lowered.js";
import { SLOWER } from "../pipeline.js";
import { primitivePath } from "../primitive-path.js";
import { exceeds } from "../retime/index.js";

/** LUTs one after the other from the counter of beats to an accumulator's register: compared, chosen, decoded, compared. */
const INDEX_LEVELS = 4;

/**
 * The longest path of each memory in which items are exchanged, as a stage of its own. In front of accumulators, the indices of
 * the last beat are chosen by a counter. Throws a UserError when one does not fit the clock period (ns).
 */
export function exchangeStages(top: Module, delays: DelayModel, period: number): readonly Stage[] {
  const step = delays.lut + delays.net;
  return top.instances.flatMap(({ name, of }): readonly Stage[] => {
    if (!("gather" in of || "scatter" in of)) return [];
    const index = "scatter" in of && of.scatter.beats > 1 ? delays.register + INDEX_LEVELS * step : 0;
    const path = Math.max(primitivePath(of, delays), index);
    if (exceeds(path, period)) {
      throw new UserError(
        `its longest path takes ${path.toFixed(2)} ns, a clock has ${period.toFixed(2)} ns`,
        {
          where: `memory '${name}'`,
          hint: SLOWER,
        },
      );
    }
    return [{ cycle: 0, layer: name, path }];
  });
}
