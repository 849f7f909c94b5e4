import type { Beat } from "./layer.js";
import type { Axes, Field, Layout } from "./layout.js";

/** How values lie in the bits of a port, without what is known of the values. */
export type PortLayout = Omit<Layout, "fields"> & { readonly fields: readonly Omit<Field, "range">[] };

/** Where one element of an image lies in the stream. */
export interface StreamPosition {
  /** The beat of the event, 0 first. */
  readonly beat: number;
  /** The lowest bit in the beat. */
  readonly low: number;
}

/** How an image of a given shape lies in the beats of an event. */
export interface Packing {
  readonly shape: readonly [number, number, number];
  readonly axes: Axes;
  readonly layout: PortLayout;
  readonly beat: Beat;
}

/** The place of element (row, column, channel) of an image. */
export function positionOf(
  { axes, layout, beat }: Packing,
  row: number,
  column: number,
  channel: number,
): StreamPosition {
  const [along, across] = axes.along === 1 ? [column, row] : [row, column];
  const place = along % beat.columns;
  const low = place * layout.columnBits + across * layout.siteBits + (layout.fields[channel]?.low ?? 0);
  return { beat: Math.floor(along / beat.columns), low };
}
