import type { ModelPool2d } from "../../ir/model/model.js";
import { type WindowAxis, windowAxes, windowCount } from "../../ir/model/operators/index.js";
import type { Cell, Compiled } from "./cell.js";
import { listsOf } from "./lists.js";
import { compileReads, type Fold, largest, mean, sum } from "./reads.js";

/** A pool: every element reads its channel of the pixels in its window; those in the padding are left out. */
export function compilePool2d(node: ModelPool2d, input: Cell, image: readonly number[]): Compiled {
  const [, columns, channels] = image as [number, number, number];
  const [rowsOf, columnsOf] = windowAxes(image, node).map(indices) as [number[][], number[][]];
  const lists = rowsOf.flatMap((rows) =>
    columnsOf.flatMap((across) => {
      const pixels = rows.flatMap((row) => across.map((column) => row * columns + column));
      return Array.from({ length: channels }, (_, c) => pixels.map((pixel) => pixel * channels + c));
    }),
  );
  return compileReads(input, listsOf(lists), foldOf(node));
}

function foldOf({ kind, countPads, size }: ModelPool2d): Fold {
  if (kind === "max") return largest;
  if (!countPads) return mean;
  const pixels = size.rows * size.columns;
  return (...window) => sum(...window) / pixels;
}

/** For each position of the window along an axis, the indices of the image in it. */
function indices(axis: WindowAxis): readonly (readonly number[])[] {
  return Array.from({ length: windowCount(axis) }, (_, position) =>
    Array.from(
      { length: axis.size },
      (_, n) => position * axis.stride - axis.before + n * axis.dilation,
    ).filter((index) => index >= 0 && index < axis.length),
  );
}
