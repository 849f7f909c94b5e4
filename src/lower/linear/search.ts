import { InternalError } from "../../ir/errors.js";
import type { Effort, Found, SearchOptions, SearchRunner } from "../effort.js";
import { shareDecomposed } from "./decompose.js";
import type { Network } from "./network.js";
import { type Plan, planNetwork, unshare } from "./plan.js";
import { type Sharing, shareSums } from "./share.js";

/** A way of looking for shared sums. */
interface Strategy {
  readonly name: string;
  readonly sharing: Sharing;
  /** Where rows are computed from each other: what their differences may take at most of what the rows take. */
  readonly decomposed?: number;
}

/** What a bit is taken to be worth that sharing saves: in adders of three operands half a LUT, in those of two a whole one. */
const WORTHS = [0.75, 0.6, 1, 0.5] as const;
/** As many pairs are looked at each time for a third term, and fewer of many terms: as many as make this together. */
const THIRDS = { least: 2, most: 16, terms: 16_000 } as const;
/** Restarts by effort. */
const RESTARTS = [0, 0, 8, 64] as const;
/** Restarts weigh the pairs up to this much differently. */
const NOISE = 0.1;

/**
 * The cheapest plan for a network that the strategies of an effort find. A pure function: the same network and effort
 * give the same plan, whoever runs the strategies, and so do plans that were looked for before, by the content of the network.
 */
export function optimize(
  network: Network,
  effort: Effort,
  { store, runner }: Pick<SearchOptions, "store" | "runner"> = {},
): Found {
  const key = `${effort} ${JSON.stringify(network)}`;
  const known = found.get(key) ?? store?.get(key);
  if (known !== undefined) return known;
  const result = search(network, effort, runner);
  if (found.size >= MOST_FOUND) found.delete(found.keys().next().value as string);
  found.set(key, result);
  store?.put(key, result);
  return result;
}

/** Found by this process; what a store gives is the store's. */
const found = new Map<string, Found>();
/** As many plans are remembered. */
const MOST_FOUND = 64;

function search(network: Network, effort: Effort, runner: SearchRunner | undefined): Found {
  const plain = planNetwork(network);
  let best = plain === undefined ? undefined : { plan: plain, strategy: "no sharing" };
  const all = strategies(network, effort);
  const plans = runner?.run(network, effort, all.length);
  for (const [i, strategy] of all.entries()) {
    const plan = plans === undefined ? attempt(network, strategy) : plans[i];
    if (plan === undefined || (best !== undefined && plan.lut > best.plan.lut - 1e-9)) continue;
    best = { plan, strategy: strategy.name };
  }
  if (best === undefined) throw new InternalError("no adder graph within its depth");
  const { plan, strategy } = best;
  const facts = { strategy, lut: plan.lut, saved: (plain?.lut ?? plan.lut) - plan.lut };
  return { plan, facts };
}

/** The plan that one of the strategies of an effort finds for a network; undefined where it finds none within the depths. */
export function planBy(network: Network, effort: Effort, strategy: number): Plan | undefined {
  return attempt(network, strategies(network, effort)[strategy] as Strategy);
}

function attempt(network: Network, { sharing, decomposed }: Strategy): Plan | undefined {
  const shared =
    decomposed === undefined ? shareSums(network, sharing) : shareDecomposed(network, sharing, decomposed);
  const plan = shared === undefined || shared.shared.length === 0 ? undefined : planNetwork(shared);
  if (plan === undefined) return undefined;
  const fewer = unshare(plan);
  return fewer.lut < plan.lut ? fewer : plan;
}

/** Effort 1 computes rows from each other where that leaves at most as much of all that they take by themselves; other efforts, wherever rows are alike. */
const CORRELATED = 0.8;

/** Of more terms than this in all rows together, effort 1 tries one strategy and the others fewer restarts, so that each effort takes seconds. */
const MANY_TERMS = 1500;

function strategies(network: Network, effort: Effort): readonly Strategy[] {
  const terms = Math.max(
    1,
    network.rows.reduce((sum, row) => sum + row.terms.length, 0),
  );
  const thirds = Math.min(THIRDS.most, Math.max(THIRDS.least, Math.round(THIRDS.terms / terms)));
  const restarts = Math.ceil((RESTARTS[effort] as number) / Math.max(1, terms / MANY_TERMS));
  const plain = [
    ...WORTHS.map((worth) => ({ name: `triples worth ${worth}`, worth, thirds })),
    { name: `pairs worth ${WORTHS[0]}`, worth: WORTHS[0], thirds: 0 },
  ].map(({ name, ...sharing }) => ({ name, sharing: { ...sharing, noise: 0, seed: 0 } }));
  const most = effort === 0 ? 1 : effort === 1 ? 1 + Math.floor(MANY_TERMS / terms) : plain.length;
  const trees = effort === 0 ? [] : effort === 1 ? plain.slice(0, 1) : plain;
  const decomposed = effort === 1 ? CORRELATED : Number.POSITIVE_INFINITY;
  return [
    ...plain.slice(0, most),
    ...trees.map(({ name, sharing }) => ({ name: `columns by spanning tree, ${name}`, sharing, decomposed })),
    ...Array.from({ length: restarts }, (_, i) => {
      const worth = WORTHS[i % WORTHS.length] as number;
      return {
        name: `triples worth ${worth}, restart ${i + 1}`,
        sharing: { worth, thirds, noise: NOISE, seed: i + 1 },
      };
    }),
  ];
}
