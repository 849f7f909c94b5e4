import { countProblem, countWidth } from "./counts.js";
import { type Primitive, together } from "./primitive.js";

/**
 * Tells where the pixels of an image are that comes row by row (templates/verilog/l1c_raster.v): out_valid is 1, and
 * out_row and out_column are those of the pixel, in the clocks r · rowPeriod + c · columnPeriod after the first one,
 * which is one clock after in_first and has out_first. Between pixels, and after the last one, out_row and out_column
 * keep the row and column whose period it is or was last; after `rst` they are 0. in_first starts anew at any time.
 */
export interface RasterParameters {
  readonly rows: number;
  readonly columns: number;
  /** Clocks from a row to the next, more than (columns − 1) · columnPeriod. */
  readonly rowPeriod: number;
  /** Clocks from a pixel to the next of its row. */
  readonly columnPeriod: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const RASTER_PARAMETERS = [
  "rows",
  "columns",
  "rowPeriod",
  "columnPeriod",
] as const satisfies readonly (keyof RasterParameters)[];

/** What a raster is from outside. */
export function describeRaster(raster: RasterParameters): Primitive {
  const { rows, columns, rowPeriod, columnPeriod } = raster;
  return {
    problem:
      countProblem(raster, "rows", "columns", "rowPeriod", "columnPeriod") ??
      ((columns - 1) * columnPeriod >= rowPeriod
        ? "a raster has a row that begins before the last pixel of the row before"
        : undefined),
    inputs: [{ port: "in_first", width: 1 }],
    outputs: [
      { port: "out_first", width: 1 },
      { port: "out_valid", width: 1 },
      { port: "out_row", width: countWidth(rows) },
      { port: "out_column", width: countWidth(columns) },
    ],
    cycle: together(["in_first"], 1),
  };
}
