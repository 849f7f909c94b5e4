import { InternalError } from "../../ir/errors.js";
import type { Network } from "./network.js";
import { type Plan, planNetwork, unshare } from "./plan.js";
import { type Sharing, sharePairs } from "./share.js";

/** The cheapest plan for a network that the strategies find. */
export function optimize(network: Network): Plan {
  let best: Plan | undefined;
  for (const sharing of strategies(network)) {
    const plan = attempt(network, sharing);
    if (plan !== undefined && (best === undefined || plan.lut < best.lut - 1e-9)) best = plan;
  }
  if (best === undefined) throw new InternalError("no adder graph within its depth");
  return best;
}

function attempt(network: Network, sharing: Sharing | undefined): Plan | undefined {
  const plan = planNetwork(sharing === undefined ? network : sharePairs(network, sharing));
  return plan === undefined ? undefined : unshare(plan);
}

/** Fewer strategies for larger networks, so that all take seconds. */
function strategies(network: Network): readonly (Sharing | undefined)[] {
  const terms = network.rows.reduce((sum, row) => sum + row.terms.length, 0);
  const plain = (worth: number): Sharing => ({ worth, noise: 0, seed: 0 });
  if (terms > 4000) return [plain(0.6)];
  return [undefined, ...[0.5, 0.6, 0.75, 1].map(plain)];
}
