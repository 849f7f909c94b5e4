import { UserError } from "./errors.js";
import type { Pads, Spatial } from "./model/model.js";
import type { Reader } from "./text/read.js";

/** Windows over the two spatial axes of an image: those of a convolution's kernel or of a pool. */
export interface Windows {
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly pads: Pads;
}

const ONES: Spatial = { rows: 1, columns: 1 };

/**
 * How many windows an image (rows, columns, channels) holds along its two spatial axes. Throws a UserError when it holds
 * none; `where` names the node.
 */
export function windowCounts(image: readonly number[], windows: Windows, where: string): Spatial {
  if (image.length !== 3) {
    throw new UserError(`it takes an image (rows, columns, channels), found [${image.join(", ")}]`, {
      where,
    });
  }
  const { size, strides, dilations, pads } = windows;
  const positive = [size, strides, dilations].flatMap(({ rows, columns }) => [rows, columns]);
  const pad = [pads.top, pads.bottom, pads.left, pads.right];
  if (![...positive, ...pad].every(Number.isInteger) || Math.min(...positive) < 1 || Math.min(...pad) < 0) {
    throw new UserError("sizes, strides and dilations are counts from 1 on, pads from 0 on", { where });
  }
  const [height, width] = image as [number, number, number];
  const count = (length: number, size: number, stride: number, dilation: number) =>
    Math.floor((length - (size - 1) * dilation - 1) / stride) + 1;
  const rows = count(height + pads.top + pads.bottom, size.rows, strides.rows, dilations.rows);
  const columns = count(width + pads.left + pads.right, size.columns, strides.columns, dilations.columns);
  if (rows < 1 || columns < 1) {
    throw new UserError(`a window of ${size.rows} × ${size.columns} does not fit the padded image`, {
      where,
    });
  }
  return { rows, columns };
}

/** A tap of a window that lies in the image: which tap it is, and at which index of the image. */
export interface Tap {
  readonly tap: number;
  readonly index: number;
}

/** For each window along one axis, its taps that lie in the image. */
export function tapsAlong(
  axis: "rows" | "columns",
  windows: Windows,
  count: number,
  length: number,
): readonly (readonly Tap[])[] {
  const before = axis === "rows" ? windows.pads.top : windows.pads.left;
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: windows.size[axis] }, (_, tap) => ({
      tap,
      index: n * windows.strides[axis] - before + tap * windows.dilations[axis],
    })).filter(({ index }) => index >= 0 && index < length),
  );
}

/** A pair of counts in the text, left out where both are 1. */
export function writeSpatial(key: string, { rows, columns }: Spatial): Record<string, readonly bigint[]> {
  return rows === 1 && columns === 1 ? {} : { [key]: [BigInt(rows), BigInt(columns)] };
}

/** Reads what `writeSpatial` wrote. */
export function readSpatial(reader: Reader, key: string): Spatial {
  if (!reader.has(key)) return ONES;
  const counts = reader.counts(key);
  if (counts.length !== 2 || counts.some((n) => n < 1)) {
    throw new UserError(`'${key}' are two counts from 1 on: rows, columns`, { where: reader.where });
  }
  const [rows, columns] = counts as [number, number];
  return { rows, columns };
}

export function writePads({ top, bottom, left, right }: Pads): readonly bigint[] {
  return [top, bottom, left, right].map(BigInt);
}

export function readPads(reader: Reader): Pads {
  const pads = reader.counts("pads");
  if (pads.length !== 4 || pads.some((n) => n < 0)) {
    throw new UserError("'pads' are four counts: top, bottom, left, right", { where: reader.where });
  }
  const [top, bottom, left, right] = pads as [number, number, number, number];
  return { top, bottom, left, right };
}
