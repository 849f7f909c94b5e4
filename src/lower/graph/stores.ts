import { type Exchange, type GraphPlan, isExchange } from "./plan.js";
import { isShared, type Unit } from "./units.js";

/** A memory in which items are exchanged: of one exchange, or of several that take turns. */
export interface Store {
  readonly members: readonly Exchange[];
}

/**
 * The memories of a plan's exchanges. Those take turns at one that stand at the same place of iterations which share their units: rows
 * at the same indices which the same input of a unit reads, or the same result of a unit which is brought to the same indices.
 */
export function storesOf(plan: GraphPlan, units: readonly Unit[]): readonly Store[] {
  const exchanges = plan.parts.filter(isExchange);
  const together = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const place = placeOf(exchange, plan, units.filter(isShared)) ?? `alone ${exchange.name}`;
    together.set(place, [...(together.get(place) ?? []), exchange]);
  }
  return [...together.values()].map((members) => ({ members }));
}

/** Where an exchange stands in an iteration, the same text for all that can take turns; undefined for one by itself. */
function placeOf(exchange: Exchange, plan: GraphPlan, shared: readonly Unit[]): string | undefined {
  const { kind, name, reads } = exchange;
  const [values, index] = reads;
  const ends = kind === "scatter" ? [resultOf(values, shared)] : readersOf(name, plan, shared);
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  const items = plan.members.get(kind === "scatter" ? name : values)?.family.items;
  const { shape } = plan.forms.get(name) ?? { shape: [] };
  const combined = plan.forms.get(name);
  const how = combined?.op === "scatter" ? combined.kind : "";
  return [kind, how, index, items, shape.join(), ...ends.toSorted()].join(" ");
}

/** The result of a unit that a value is; undefined where it is none. */
function resultOf(value: string, shared: readonly Unit[]): string | undefined {
  for (const [i, { members }] of shared.entries())
    for (const { results } of members) if (results.has(value)) return `unit ${i} ${results.get(value)}`;
  return undefined;
}

/** The inputs of units that read a value; undefined for each reader of another kind. */
function readersOf(
  value: string,
  { parts }: GraphPlan,
  shared: readonly Unit[],
): readonly (string | undefined)[] {
  return parts
    .filter(({ reads }) => (reads as readonly string[]).includes(value))
    .map((part) => {
      const unit = shared.findIndex(({ members }) => members.some(({ region }) => region === part));
      return unit < 0 ? undefined : `unit ${unit} ${part.reads.indexOf(value)}`;
    });
}
