import type { Circuit } from "../../src/ir/circuit/circuit.js";
import type {
  FlagParameters,
  LineParameters,
  PrimitiveOf,
  RasterParameters,
} from "../../src/ir/circuit/primitives.js";
import { StructureBuilder } from "../../src/lower/structure-builder.js";
import { circuitOf } from "./circuit.js";
import { Random } from "./random.js";

/** Depths around powers of two and around the change from LUTs to block RAM. */
export const LINES: readonly LineParameters[] = [
  { bits: 3, depth: 1 },
  { bits: 1, depth: 2 },
  { bits: 5, depth: 3 },
  { bits: 40, depth: 8 },
  { bits: 4, depth: 64 },
  { bits: 7, depth: 65 },
];

/** One row, one column, one pixel; pixels in every clock and not; rows that end with their last pixel's period, later, or sooner. */
export const RASTERS: readonly RasterParameters[] = [
  { rows: 1, columns: 1, rowPeriod: 1, columnPeriod: 1 },
  { rows: 1, columns: 1, rowPeriod: 5, columnPeriod: 2 },
  { rows: 4, columns: 1, rowPeriod: 1, columnPeriod: 1 },
  { rows: 3, columns: 1, rowPeriod: 3, columnPeriod: 3 },
  { rows: 1, columns: 6, rowPeriod: 6, columnPeriod: 1 },
  { rows: 3, columns: 4, rowPeriod: 4, columnPeriod: 1 },
  { rows: 3, columns: 5, rowPeriod: 8, columnPeriod: 1 },
  { rows: 5, columns: 3, rowPeriod: 6, columnPeriod: 2 },
  { rows: 2, columns: 3, rowPeriod: 13, columnPeriod: 4 },
  { rows: 3, columns: 3, rowPeriod: 5, columnPeriod: 2 },
  { rows: 4, columns: 2, rowPeriod: 4, columnPeriod: 3 },
];

export const FLAGS: readonly FlagParameters[] = [2, 3, 4, 5, 8, 9, 33].map((cycles) => ({ cycles }));

/** An image that waits `cycles` clocks in a line, as firmware uses these primitives together. */
export interface Wave {
  readonly bits: number;
  readonly raster: RasterParameters;
  readonly cycles: number;
}

export const WAVES: readonly Wave[] = [
  { bits: 4, raster: { rows: 3, columns: 4, rowPeriod: 4, columnPeriod: 1 }, cycles: 4 },
  { bits: 9, raster: { rows: 4, columns: 5, rowPeriod: 7, columnPeriod: 1 }, cycles: 15 },
  { bits: 2, raster: { rows: 3, columns: 3, rowPeriod: 7, columnPeriod: 2 }, cycles: 21 },
  { bits: 1, raster: { rows: 5, columns: 2, rowPeriod: 4, columnPeriod: 2 }, cycles: 2 },
  { bits: 3, raster: { rows: 4, columns: 3, rowPeriod: 7, columnPeriod: 3 }, cycles: 20 },
];

/** Circuits of one raster or flag, with its ports. */
export function primitiveCircuit(of: Extract<PrimitiveOf, { raster: unknown } | { flag: unknown }>): Circuit {
  const builder = new StructureBuilder();
  const in_first = builder.input("in_first", 1);
  if ("flag" in of) {
    const wire = builder.flag("delay", of.flag, in_first);
    return circuitOf(builder.finish("flag_only", ["A flag."], [{ name: "out_first", wire }]));
  }
  const { first, valid, row, column } = builder.raster("places", of.raster, in_first);
  const outputs = [
    { name: "out_first", wire: first },
    { name: "out_valid", wire: valid },
    { name: "out_row", wire: row },
    { name: "out_column", wire: column },
  ];
  return circuitOf(builder.finish("raster_only", ["A raster."], outputs));
}

/** A line whose pops come one clock after in_pop, and whose output is 0 where it means nothing. */
export function lineCircuit(line: LineParameters): Circuit {
  const builder = new StructureBuilder();
  const data = builder.input("in_data", line.bits);
  const push = builder.input("in_push", 1);
  const pop = builder.delay(builder.input("in_pop", 1), 1, true);
  const out = builder.line("memory", line, { data, push, pop });
  const valid = builder.delay(pop, 2, true);
  const shown = builder.mux("shown", valid, out, builder.zero("nothing", line.bits));
  return circuitOf(
    builder.finish(
      "line_only",
      ["A line."],
      [
        { name: "out_data", wire: shown },
        { name: "out_valid", wire: valid },
      ],
    ),
  );
}

export function waveCircuit({ bits, raster, cycles }: Wave): Circuit {
  const builder = new StructureBuilder();
  const first = builder.input("in_first", 1);
  const data = builder.delay(builder.input("in_data", bits), 1, false);
  const pushes = builder.raster("pushes", raster, first);
  const pops = builder.raster("pops", raster, builder.flag("later", { cycles }, first));
  const pixels = Math.ceil(cycles / raster.rowPeriod + 1) * raster.columns;
  const out = builder.line("memory", { bits, depth: pixels }, { data, push: pushes.valid, pop: pops.valid });
  const valid = builder.delay(pops.valid, 2, true);
  const lower = builder.delay(builder.atLeast("lower", pops.row, 1n), 2, false);
  return circuitOf(
    builder.finish(
      "wave",
      ["An image, later."],
      [
        { name: "out_data", wire: builder.mux("shown", valid, out, builder.zero("nothing", bits)) },
        { name: "out_valid", wire: valid },
        { name: "out_lower", wire: builder.where("shown_lower", valid, lower) },
      ],
    ),
  );
}

/** Clocks in which `rst` is high: rarely, for one clock or several. */
export function randomResets(count: number, seed: number): readonly boolean[] {
  const random = new Random(seed);
  let left = 0;
  return random.array(count, () => {
    if (left === 0 && random.chance(0.01)) left = random.integer(1, 3);
    return left > 0 && left-- > 0;
  });
}

/**
 * Flags: often exactly `period` clocks apart, sometimes more, and where `sooner` also less. Nobody knows of a reset, so
 * some come with one.
 */
export function randomFlags(
  period: number,
  sooner: boolean,
  count: number,
  seed: number,
): readonly boolean[] {
  const random = new Random(seed);
  let wait = random.integer(0, 5);
  return random.array(count, () => {
    if (wait-- > 0) return false;
    const gap = random.pick([period, period, period + 1, period + random.integer(0, 12), period - 1, 1]);
    wait = (sooner ? Math.max(1, gap) : Math.max(period, gap)) - 1;
    return true;
  });
}

/** Pushes and pops that a line's user may make, with junk during resets. */
export function randomPushes(
  { bits, depth }: LineParameters,
  resets: readonly boolean[],
  seed: number,
): readonly { readonly in_data: bigint; readonly in_push: bigint; readonly in_pop: bigint }[] {
  const random = new Random(seed);
  let [filling, held, popping] = [0.5, 0, false];
  return resets.map((reset) => {
    if (random.chance(0.02)) filling = random.pick([0.1, 0.5, 0.9]);
    const push = random.chance(filling) && (reset || held < depth);
    held = reset ? 0 : held + Number(push) - Number(popping);
    // The pop of the next clock.
    const pop = random.chance(1 - filling) && (reset || held > 0);
    popping = pop && !reset;
    return { in_data: random.bits(bits), in_push: BigInt(push), in_pop: BigInt(pop) };
  });
}
