import { type Window, type WindowAxis, windowAxes, windowCount } from "../../model/operators/index.js";

/** A tap of a window that lies in the image: which tap it is, and at which index of the image. */
export interface Tap {
  readonly tap: number;
  readonly index: number;
}

/** For each position of a window along an axis, its taps that lie in the image. */
export type AxisTaps = readonly (readonly Tap[])[];

function tapsAlong(axis: WindowAxis): AxisTaps {
  return Array.from({ length: windowCount(axis) }, (_, position) =>
    Array.from({ length: axis.size }, (_, tap) => ({
      tap,
      index: position * axis.stride - axis.before + tap * axis.dilation,
    })).filter(({ index }) => index >= 0 && index < axis.length),
  );
}

/** The taps along both axes of an image (rows, columns, channels). */
export function imageTaps(
  image: readonly number[],
  window: Window,
): { readonly rows: AxisTaps; readonly columns: AxisTaps } {
  const [rows, columns] = windowAxes(image, window);
  return { rows: tapsAlong(rows), columns: tapsAlong(columns) };
}
