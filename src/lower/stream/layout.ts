import type { FixedValue } from "../../ir/fixed/fixed.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import { atChannel } from "../../ir/granular.js";

/** Which axis of an image the stream runs along (0 rows, 1 columns); the other axis lies across it, in parallel. */
export interface Axes {
  readonly along: 0 | 1;
  readonly across: 0 | 1;
}

export function axesAlong(along: 0 | 1): Axes {
  return { along, across: along === 0 ? 1 : 0 };
}

/** One channel in the bits of a site (one image position). */
export interface Field {
  readonly low: number;
  /** 0 for a channel that is always 0. */
  readonly width: number;
  readonly signed: boolean;
  readonly range: Interval;
}

/**
 * How a beat packs into bits: column by column along the stream, in a column position by position across it, in a
 * position channel by channel; the first one lowest.
 */
export interface Layout {
  readonly fields: readonly Field[];
  readonly siteBits: number;
  /** Positions across the stream. */
  readonly sites: number;
  readonly columnBits: number;
}

/**
 * The layout of a value inside the firmware: widths from proven ranges. At the ports (`declared`), widths are those of
 * the types, so that the interface does not depend on the weights.
 */
export function layoutOf(value: FixedValue, axes: Axes, declared: boolean): Layout {
  const channels = value.shape[2] as number;
  const sites = value.shape[axes.across] as number;
  let low = 0;
  const fields = Array.from({ length: channels }, (_, c): Field => {
    const range = atChannel(value.ranges, c);
    const bits = declared ? atChannel(value.types, c) : intervalBits(range);
    const field = { low, width: bits.width, signed: bits.signed, range };
    low += bits.width;
    return field;
  });
  // A value without any bits still streams one bit a site, so that every port has a width.
  const siteBits = Math.max(1, low);
  return { fields, siteBits, sites, columnBits: siteBits * sites };
}
