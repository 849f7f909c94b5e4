import type { WireId } from "../../ir/circuit/circuit.js";
import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { intervalBits } from "../../ir/fixed-point.js";
import { hull, ZERO } from "../../ir/interval.js";
import { type NarrowField, narrowFields } from "../fields.js";
import type { WiredElement, Wiring } from "../parallel/wiring.js";
import type { Flags } from "../waves/flags.js";
import { anyTurn, CHOICE, chooseTurn, type Turn } from "./choose-turn.js";
import { bitsOfItem, elementsOf, packLanes } from "./lanes.js";
import { type Beats, waveOf } from "./pace.js";
import type { ExchangeTimes } from "./schedule.js";

/** A value of an exchange: one of its items, and how they come. */
interface Side extends Beats {
  readonly form: FixedNode;
}

/** A value that an exchange reads: the elements of the item in a lane. */
interface Source extends Side {
  readonly at: (lane: number) => readonly WiredElement[];
}

/** An exchange at a store: where its rows come from, where they go, and by which indices. */
export interface ExchangeBuild {
  readonly times: ExchangeTimes;
  readonly rows: Source;
  readonly index: Source;
  readonly result: Side;
}

/** A store and the exchanges that take turns at it, or the only one. */
export interface StoreBuild {
  readonly label: string;
  readonly interval: number;
  /** Exchanges whose rows are held at once. */
  readonly banks: number;
  readonly members: readonly ExchangeBuild[];
}

/** A store in the top module. */
export interface PlacedStore {
  /** The wire of a member's result, by the place of the member; none where it has no bits. */
  result(member: number): WireId | undefined;
  /** Brings the rows of all members to the store, once all of them are there. */
  connect(): void;
}

const NOTHING: PlacedStore = { result: () => undefined, connect: () => {} };

/** Places the memory out of which items read rows. */
export function placeGather(wiring: Wiring, flags: Flags, build: StoreBuild): PlacedStore {
  const { label, banks, members } = build;
  const form = joined(members.map(({ result }) => result.form));
  const bits = bitsOfItem(form);
  if (bits === 0) return NOTHING;
  const { rows, index, times } = firstOf(build);
  const { lanes, items } = rows;
  const indices = indexBits(members, items);
  const inputs = new StoreInputs(wiring, flags, build);
  // Rows wait on the bits that a row of zeros needs, too.
  const data = inputs.later("data", lanes * bits, (member) => packLanes(wiring, lanes, form, member.rows.at));
  const out = wiring.builder.gather(
    label,
    { bits, items, lanes, ports: index.lanes, indexBits: indices, reads: index.beats, banks },
    {
      data: data.wire,
      push: inputs.valid("push", "push", rows),
      index: inputs.now("index", "pop", index, (member) => indexLanes(wiring, member.index, indices)),
      pop: inputs.valid("pop", "pop", index),
    },
  );
  return {
    result: (i) => {
      const own = members[i] as ExchangeBuild;
      const wire = packLanes(wiring, index.lanes, own.result.form, (lane) => elementsOf(form, out, lane));
      return wire && wiring.builder.ahead(`${label}_out${i + 1}`, wire, own.times.pop - times.pop);
    },
    connect: data.connect,
  };
}

/** Places the accumulators in which rows come together, one for each element: as sums or largest values. */
export function placeScatter(
  wiring: Wiring,
  flags: Flags,
  build: StoreBuild,
  kind: FixedNodeOf<"scatter">["kind"],
): PlacedStore {
  const { label, banks, members } = build;
  const form = joined(members.map(({ result }) => result.form));
  if (bitsOfItem(form) === 0) return NOTHING;
  const { builder } = wiring;
  const { index, result, times } = firstOf(build);
  const inputs = new StoreInputs(wiring, flags, build);
  const indices = indexBits(members, result.items);
  const from = narrowFields(joined(members.map(({ rows }) => rows.form)));
  const shared = {
    index: inputs.now("index", "push", index, (member) => maskedIndices(member)),
    push: inputs.valid("push", "push", index),
    pop: inputs.valid("pop", "pop", result),
  };
  const connects: (() => void)[] = [];
  const fields = narrowFields(form);
  const sums = fields.map(({ width: outBits }, k) => {
    if (outBits === 0) return undefined;
    const { lo, hi } = hull((from[k] as NarrowField).range, ZERO);
    const arrives = intervalBits({ lo, hi });
    const copies = kind === "max" ? 1n : BigInt(index.beats);
    const data = inputs.later(`data${k}`, index.lanes * arrives.width, ({ rows }) =>
      wiring.pack(
        Array.from({ length: index.lanes }, (_, lane) => ({
          element: rows.at(lane)[k] as WiredElement,
          width: arrives.width,
        })),
      ),
    );
    connects.push(data.connect);
    return builder.scatter(
      `${label}_e${k}`,
      {
        bits: arrives.width,
        signed: arrives.signed ? 1 : 0,
        sumBits: intervalBits({ lo: lo * copies, hi: hi * copies }).width,
        outBits,
        maximum: kind === "max" ? 1 : 0,
        lanes: index.lanes,
        beats: index.beats,
        items: result.items,
        outLanes: result.lanes,
        indexBits: indices,
        banks,
      },
      { data: data.wire, ...shared },
    );
  });
  return {
    result: (i) => {
      const own = members[i] as ExchangeBuild;
      const wire = packLanes(wiring, result.lanes, own.result.form, (lane) =>
        fields.map(({ range, width, signed }, k) => {
          const sum = sums[k];
          return sum === undefined
            ? { range }
            : { range, at: { wire: sum, low: lane * width, width, signed } };
        }),
      );
      return wire && builder.ahead(`${label}_out${i + 1}`, wire, own.times.pop - times.pop);
    },
    connect: () => {
      for (const connect of connects) connect();
    },
  };

  /** The indices of a beat; the lanes of the last beat without an item bring nothing. */
  function maskedIndices(member: ExchangeBuild): WireId {
    if (index.beats === 1) return indexLanes(wiring, member.index, indices);
    const { column } = flags.counting(waveOf(index, build.interval), inputs.brought(member, "push"));
    const last = builder.atLeast(wiring.fresh("last"), column, BigInt(index.beats - 1));
    return indexLanes(wiring, member.index, indices, { last, none: BigInt(result.items) });
  }
}

/** What comes to a store: of the only exchange, or a register of that of the one whose turn it is. */
class StoreInputs {
  private readonly wiring: Wiring;
  private readonly flags: Flags;
  private readonly build: StoreBuild;
  private readonly first: ExchangeBuild;

  constructor(wiring: Wiring, flags: Flags, build: StoreBuild) {
    this.wiring = wiring;
    this.flags = flags;
    this.build = build;
    this.first = firstOf(build);
  }

  /** The cycle in which a member brings what the store takes at a time. */
  brought({ times }: ExchangeBuild, at: keyof ExchangeTimes): number {
    return this.shared ? times[at] - CHOICE : times[at];
  }

  /** Whether items are there at a time; `beats` says how they come. */
  valid(name: string, at: keyof ExchangeTimes, beats: Beats): WireId {
    const turns = this.turns(at, beats);
    if (!this.shared) return (turns[0] as Turn).valid();
    return anyTurn(this.wiring.builder, `${this.build.label}_${name}`, turns, this.first.times[at]);
  }

  /** What does not depend on the store. */
  now(
    name: string,
    at: keyof ExchangeTimes,
    beats: Beats,
    wireOf: (member: ExchangeBuild) => WireId,
  ): WireId {
    if (!this.shared) return wireOf(this.first);
    const { builder } = this.wiring;
    const wire = this.chosen(name, at, beats, wireOf);
    return builder.isConstant(wire) ? wire : builder.register(`${this.build.label}_${name}`, wire, false);
  }

  /** What may depend on the store: the rows. */
  later(
    name: string,
    width: number,
    wireOf: (member: ExchangeBuild) => WireId | undefined,
  ): { readonly wire: WireId; readonly connect: () => void } {
    const known = (member: ExchangeBuild) => wireOf(member) as WireId;
    if (!this.shared) return { wire: known(this.first), connect: () => {} };
    const { builder } = this.wiring;
    const register = builder.feedback(`${this.build.label}_${name}`, width, this.first.times.push);
    return {
      wire: register.wire,
      connect: () => register.drive(this.chosen(name, "push", this.first.rows, known)),
    };
  }

  private get shared(): boolean {
    return this.build.members.length > 1;
  }

  private chosen(
    name: string,
    at: keyof ExchangeTimes,
    beats: Beats,
    wireOf: (member: ExchangeBuild) => WireId,
  ): WireId {
    const turns = this.turns(at, beats).map((turn, i) => ({
      ...turn,
      wire: wireOf(this.build.members[i] as ExchangeBuild),
    }));
    return chooseTurn(this.wiring.builder, `${this.build.label}_${name}`, turns, this.first.times[at]);
  }

  private turns(at: keyof ExchangeTimes, beats: Beats): readonly Turn[] {
    const { interval, members } = this.build;
    return members.map((member) => ({
      begin: member.times[at],
      valid: () => this.flags.counting(waveOf(beats, interval), this.brought(member, at)).valid,
    }));
  }
}

/** The member that has the first turn of an event. */
function firstOf({ members }: StoreBuild): ExchangeBuild {
  return members.toSorted((a, b) => a.times.push - b.times.push)[0] as ExchangeBuild;
}

/** A value with the bounds of all of these. */
function joined(forms: readonly FixedNode[]): FixedNode {
  const [first] = forms as readonly [FixedNode];
  if (forms.length === 1) return first;
  const fields = forms.map(narrowFields);
  const items = (fields[0] as readonly NarrowField[]).map((_, e) =>
    fields.map((own) => (own[e] as NarrowField).range).reduce(hull),
  );
  return { ...first, ranges: { per: "element", items } };
}

/** The bits of an index on which what is no row is not taken for one. */
function indexBits(members: readonly ExchangeBuild[], items: number): number {
  const bits = members.map(({ index }) => {
    const [{ width, signed }] = narrowFields(index.form) as readonly [NarrowField];
    return Math.max(width, intervalBits({ lo: signed ? -1n : 0n, hi: BigInt(items) }).width);
  });
  return Math.max(...bits);
}

/**
 * The indices of a beat side by side. Where `last` is 1, those of lanes without an item are `none`.
 */
function indexLanes(
  wiring: Wiring,
  index: Source,
  bits: number,
  mask?: { readonly last: WireId; readonly none: bigint },
): WireId {
  const here = index.items - (index.beats - 1) * index.lanes;
  const wires = Array.from({ length: index.lanes }, (_, lane) => {
    const wire = wiring.pack([{ element: index.at(lane)[0] as WiredElement, width: bits }]) as WireId;
    if (mask === undefined || lane < here) return wire;
    return wiring.builder.mux(wiring.fresh("i"), mask.last, wiring.constant(mask.none, bits), wire);
  });
  return wiring.builder.concat(wiring.fresh("i"), wires);
}
