import { countProblem } from "./counts.js";
import { type Primitive, together } from "./primitive.js";

/**
 * The window buffer of a stream (templates/verilog/l1c_window.v): gives, for each beat of `columns` columns, those
 * columns together with `before` columns to the left and `after` to the right; columns outside the event are 0.
 */
export interface WindowParameters {
  /** Bits of one column. */
  readonly bits: number;
  /** Columns in a beat. */
  readonly columns: number;
  /** Columns of the image in the last beat of an event; the others of that beat are outside. */
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const WINDOW_PARAMETERS = [
  "bits",
  "columns",
  "last",
  "before",
  "after",
] as const satisfies readonly (keyof WindowParameters)[];

/** What a window is from outside. */
export function describeWindow(window: WindowParameters): Primitive {
  const { bits, columns, last, before, after } = window;
  const inputs = [
    { port: "in_valid", width: 1 },
    { port: "in_first", width: 1 },
    { port: "in_data", width: bits * columns },
  ];
  return {
    problem:
      countProblem(window, "bits", "columns", "last") ??
      (before < 0 || after < 0 || last > columns
        ? "a window has before and after of at least 0, and at most 'columns' columns in its last beat"
        : undefined),
    inputs,
    outputs: [
      { port: "out_valid", width: 1 },
      { port: "out_first", width: 1 },
      { port: "out_data", width: windowWidth(window) },
    ],
    cycle: together(
      inputs.map(({ port }) => port),
      windowLatency(window),
    ),
  };
}

/** The cycles from a window's input to its output: one register, the beats it waits for, one more to see an event end. */
export function windowLatency({ columns, last, before, after }: WindowParameters): number {
  const waits = Math.ceil(after / columns);
  const looks = last < columns && before + after > 0 ? 1 : 0;
  return 1 + waits + looks;
}

/** The bits of a window's output. */
export function windowWidth({ bits, columns, before, after }: WindowParameters): number {
  return bits * (before + columns + after);
}
