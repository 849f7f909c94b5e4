/** Where the pixels of a value stand in time: pixel (r, c) comes r · rowPeriod + c · columnPeriod clocks after (0, 0). */
export interface Wave {
  readonly rows: number;
  readonly columns: number;
  readonly rowPeriod: number;
  readonly columnPeriod: number;
}

/** Clocks from the first pixel of an event to its last, both included. */
export function clocksOf({ rows, columns, rowPeriod, columnPeriod }: Wave): number {
  return (rows - 1) * rowPeriod + (columns - 1) * columnPeriod + 1;
}

/** No fewer than the most pixels of a wave that come in any `clocks` clocks, whatever events they belong to. */
export function mostPixels(wave: Wave, interval: number, clocks: number): number {
  const { rows, columns, rowPeriod, columnPeriod } = wave;
  // The next event may begin before the last row's period is over.
  const early = Math.max(0, rows * rowPeriod - interval);
  const span = clocks + early * (Math.floor(clocks / interval) + 1);
  const rest = span % rowPeriod;
  return Math.floor(span / rowPeriod) * columns + Math.min(columns, Math.ceil(rest / columnPeriod) + 1);
}

/** The wave of what comes in one row of beats, one a clock, from the start of each event on. */
export function beatsWave(beats: number, interval: number): Wave {
  return { rows: 1, columns: beats, rowPeriod: interval, columnPeriod: 1 };
}
