import type { WireId } from "../../ir/circuit/circuit.js";
import { scatterLatency } from "../../ir/circuit/primitives.js";
import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import { hull, ZERO } from "../../ir/interval.js";
import type { WiredElement, Wiring } from "../parallel/wiring.js";
import { type NarrowField, narrowFields } from "../region.js";
import type { Flags } from "../waves/flags.js";
import { bitsOfItem, packLanes } from "./lanes.js";
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

/** Rows that are exchanged: where they come from, where they go, and by which indices. */
export interface ExchangeBuild {
  readonly label: string;
  readonly times: ExchangeTimes;
  readonly interval: number;
  readonly rows: Source;
  readonly index: Source;
  readonly result: Side;
}

/** Places the memory out of which items read rows; the wire of what they read, none where it has no bits. */
export function gatherRows(
  wiring: Wiring,
  flags: Flags,
  { label, times, interval, rows, index, result }: ExchangeBuild,
): WireId | undefined {
  const bits = bitsOfItem(result.form);
  if (bits === 0) return undefined;
  const { lanes, items } = rows;
  const indices = indexLanes(wiring, index, items);
  return wiring.builder.gather(
    label,
    {
      bits,
      items,
      lanes,
      ports: index.lanes,
      indexBits: indices.bits,
      reads: index.beats,
      banks: times.banks,
    },
    {
      // Rows wait on the bits that a row of zeros needs, too.
      data: packLanes(wiring, lanes, result.form, rows.at) as WireId,
      push: flags.counting(waveOf(rows, interval), times.push).valid,
      index: indices.wire,
      pop: flags.counting(waveOf(index, interval), times.pop).valid,
    },
  );
}

/** Places the accumulators in which rows come together, one for each element; the wire of the sums or largest values. */
export function scatterRows(
  wiring: Wiring,
  flags: Flags,
  { label, times, interval, rows, index, result }: ExchangeBuild,
  kind: FixedNodeOf<"scatter">["kind"],
): WireId | undefined {
  if (bitsOfItem(result.form) === 0) return undefined;
  const { builder } = wiring;
  const { items } = result;
  const arriving = flags.counting(waveOf(index, interval), times.push);
  const pop = flags.counting(waveOf(result, interval), times.pop).valid;
  const last =
    index.beats > 1 ? builder.atLeast(`${label}_last`, arriving.column, BigInt(index.beats - 1)) : undefined;
  const indices = indexLanes(wiring, index, items, last);
  const maximum = kind === "max";
  const from = narrowFields(rows.form);
  const sums = narrowFields(result.form).map(({ width: outBits }, k) => {
    if (outBits === 0) return undefined;
    const { lo, hi } = hull((from[k] as { readonly range: Interval }).range, ZERO);
    const arrives = intervalBits({ lo, hi });
    const copies = maximum ? 1n : BigInt(index.beats);
    const data = wiring.pack(
      Array.from({ length: index.lanes }, (_, lane) => ({
        element: rows.at(lane)[k] as WiredElement,
        width: arrives.width,
      })),
    ) as WireId;
    return builder.scatter(
      `${label}_e${k}`,
      {
        bits: arrives.width,
        signed: arrives.signed ? 1 : 0,
        sumBits: intervalBits({ lo: lo * copies, hi: hi * copies }).width,
        outBits,
        maximum: maximum ? 1 : 0,
        lanes: index.lanes,
        beats: index.beats,
        items,
        outLanes: result.lanes,
        indexBits: indices.bits,
        banks: times.banks,
      },
      { data, index: indices.wire, push: arriving.valid, pop },
    );
  });
  return packLanes(wiring, result.lanes, result.form, (lane) =>
    narrowFields(result.form).map(({ range, width, signed }, k) => {
      const wire = sums[k];
      return wire === undefined ? { range } : { range, at: { wire, low: lane * width, width, signed } };
    }),
  );
}

/** The cycles from asking an accumulator for its rows to the rows. */
export function scatterCycles(lanes: number): number {
  return scatterLatency({ lanes });
}

/**
 * The indices of a beat side by side, on bits on which what is no row is not taken for one. Where `last` is 1, the lanes of the
 * last beat without an item bring nothing.
 */
function indexLanes(
  wiring: Wiring,
  index: Source,
  items: number,
  last?: WireId,
): { readonly wire: WireId; readonly bits: number } {
  const [{ width, signed }] = narrowFields(index.form) as readonly [NarrowField];
  const none = intervalBits({ lo: signed ? -1n : 0n, hi: BigInt(items) }).width;
  const bits = Math.max(width, none);
  const here = index.items - (index.beats - 1) * index.lanes;
  const wires = Array.from({ length: index.lanes }, (_, lane) => {
    const wire = wiring.pack([{ element: index.at(lane)[0] as WiredElement, width: bits }]) as WireId;
    if (last === undefined || lane < here) return wire;
    return wiring.builder.mux(`${wiring.fresh("i")}`, last, wiring.constant(BigInt(items), bits), wire);
  });
  return { wire: wiring.builder.concat(wiring.fresh("i"), wires), bits };
}
