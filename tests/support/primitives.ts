import type { Circuit, WireId } from "../../src/ir/circuit/circuit.js";
import type { FlagParameters } from "../../src/ir/circuit/primitives/flag.js";
import { type GatherParameters, gatherRows } from "../../src/ir/circuit/primitives/gather.js";
import type { PrimitiveOf } from "../../src/ir/circuit/primitives/index.js";
import type { LineParameters } from "../../src/ir/circuit/primitives/line.js";
import type { RasterParameters } from "../../src/ir/circuit/primitives/raster.js";
import { type ScatterParameters, scatterRows } from "../../src/ir/circuit/primitives/scatter.js";
import { StructureBuilder } from "../../src/lower/structure-builder.js";
import type { PortValues } from "../../src/sim/circuit.js";
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

/** One row and several, whole and not; indices that reach beyond the items or not to all; one bank and more; LUTs and blocks. */
export const GATHERS: readonly GatherParameters[] = [
  { bits: 1, items: 1, lanes: 1, ports: 1, indexBits: 1, reads: 1, banks: 1 },
  { bits: 3, items: 7, lanes: 7, ports: 2, indexBits: 3, reads: 3, banks: 2 },
  { bits: 4, items: 4, lanes: 4, ports: 3, indexBits: 4, reads: 1, banks: 1 },
  { bits: 2, items: 21, lanes: 21, ports: 1, indexBits: 5, reads: 2, banks: 4 },
  { bits: 5, items: 6, lanes: 1, ports: 2, indexBits: 3, reads: 4, banks: 2 },
  { bits: 2, items: 13, lanes: 4, ports: 3, indexBits: 6, reads: 5, banks: 1 },
  { bits: 9, items: 16, lanes: 2, ports: 2, indexBits: 4, reads: 6, banks: 2 },
  { bits: 3, items: 12, lanes: 8, ports: 2, indexBits: 3, reads: 2, banks: 2 },
  { bits: 4, items: 70, lanes: 2, ports: 2, indexBits: 7, reads: 9, banks: 2 },
];

/** The same, with sums and maxima of signed and unsigned numbers. */
export const SCATTERS: readonly ScatterParameters[] = [
  { ...scatter(1, 1, 1, 1), beats: 1, lanes: 1, banks: 1, indexBits: 1 },
  { ...scatter(4, 1, 7, 7), beats: 3, lanes: 3, banks: 2, indexBits: 3 },
  { ...scatter(3, 0, 5, 5), beats: 1, lanes: 8, banks: 1, indexBits: 3 },
  { ...scatter(3, 1, 6, 6), beats: 4, lanes: 2, banks: 2, indexBits: 2, maximum: 1 },
  { ...scatter(2, 0, 4, 4), beats: 2, lanes: 5, banks: 1, indexBits: 2, maximum: 1 },
  { ...scatter(4, 1, 11, 2), beats: 5, lanes: 3, banks: 2, indexBits: 4 },
  { ...scatter(2, 0, 12, 4), beats: 3, lanes: 4, banks: 1, indexBits: 5 },
  { ...scatter(3, 1, 9, 1), beats: 4, lanes: 2, banks: 2, indexBits: 4, maximum: 1 },
  { ...scatter(1, 0, 16, 8), beats: 6, lanes: 1, banks: 1, indexBits: 4, maximum: 1 },
  { ...scatter(1, 1, 6, 4), beats: 2, lanes: 6, banks: 2, indexBits: 3, maximum: 1 },
  { ...scatter(5, 1, 70, 2), beats: 7, lanes: 4, banks: 2, indexBits: 7 },
];

/** A scatter with room for whatever comes. */
function scatter(bits: number, signed: number, items: number, outLanes: number) {
  return { bits, signed, sumBits: bits + 3, outBits: bits + 6, maximum: 0, items, outLanes };
}

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

/** A gather whose pops come as early as they may, and whose output is 0 where it means nothing. */
export function gatherCircuit(gather: GatherParameters): Circuit {
  const builder = new StructureBuilder();
  const data = builder.input("in_data", gather.lanes * gather.bits);
  const push = builder.input("in_push", 1);
  const wait = gatherRows(gather);
  const index = builder.ahead("index", builder.input("in_index", gather.ports * gather.indexBits), wait);
  const pop = builder.ahead("pop", builder.input("in_pop", 1), wait);
  const out = builder.gather("items", gather, { data, push, index, pop });
  return shownCircuit(builder, "gather_only", out, pop);
}

/** A scatter whose pops come as early as they may, and whose output is 0 where it means nothing. */
export function scatterCircuit(scatter: ScatterParameters): Circuit {
  const builder = new StructureBuilder();
  const data = builder.input("in_data", scatter.lanes * scatter.bits);
  const index = builder.input("in_index", scatter.lanes * scatter.indexBits);
  const push = builder.input("in_push", 1);
  const pop = builder.ahead("pop", builder.input("in_pop", 1), scatter.beats + 1);
  const out = builder.scatter("sums", scatter, { data, index, push, pop });
  return shownCircuit(builder, "scatter_only", out, pop);
}

function shownCircuit(builder: StructureBuilder, name: string, out: WireId, pop: WireId): Circuit {
  const valid = builder.delay(pop, builder.cycle(out) - builder.cycle(pop), true);
  const shown = builder.mux("shown", valid, out, builder.zero("nothing", builder.widthOf(out)));
  const outputs = [
    { name: "out_data", wire: shown },
    { name: "out_valid", wire: valid },
  ];
  return circuitOf(builder.finish(name, ["A table."], outputs));
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

/** Clocks in which `rst` is high: rarely, for `least` clocks or up to two more. */
export function randomResets(count: number, seed: number, least = 1): readonly boolean[] {
  const random = new Random(seed);
  let left = 0;
  return random.array(count, () => {
    if (left === 0 && random.chance(0.01 / least ** 0.5)) left = random.integer(least, least + 2);
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

/** Pushes and pops that a gather's user may make, with junk during resets. */
export function randomGathering(
  gather: GatherParameters,
  resets: readonly boolean[],
  seed: number,
): readonly PortValues[] {
  const random = new Random(seed);
  const rows = gatherRows(gather);
  let [filling, complete, row, read] = [0.5, 0, 0, 0];
  return resets.map((reset) => {
    if (random.chance(0.02)) filling = random.pick([0.2, 0.5, 0.9, 1]);
    const push = random.chance(filling) && (reset || complete < gather.banks);
    const pop = random.chance(1.1 - filling) && (reset || complete > 0);
    if (push) row = (row + 1) % rows;
    if (pop) read = (read + 1) % gather.reads;
    complete += Number(push && row === 0) - Number(pop && read === 0);
    if (reset) [complete, row, read] = [0, 0, 0];
    return {
      in_push: BigInt(push),
      in_data: random.bits(gather.lanes * gather.bits),
      in_pop: BigInt(pop),
      in_index: random.bits(gather.ports * gather.indexBits),
    };
  });
}

/** Pushes and pops that a scatter's user may make: often all to one item, often extreme numbers; with junk during resets. */
export function randomScattering(
  scatter: ScatterParameters,
  resets: readonly boolean[],
  seed: number,
): readonly PortValues[] {
  const random = new Random(seed);
  const { bits, signed, lanes, items, indexBits, beats, banks } = scatter;
  const rows = scatterRows(scatter);
  const extremes =
    signed === 1 ? [1n << BigInt(bits - 1), (1n << BigInt(bits - 1)) - 1n] : [(1n << BigInt(bits)) - 1n];
  const side = (width: number, make: () => bigint) =>
    random
      .array(lanes, make)
      .reduce((all, field) => (all << BigInt(width)) | BigInt.asUintN(width, field), 0n);
  let [filling, beat, row] = [0.5, 0, 0];
  let completed: number[] = [];
  let [number, index] = [() => random.bits(bits), () => random.bits(indexBits)];
  return resets.map((reset, clock) => {
    if (random.chance(0.02)) filling = random.pick([0.2, 0.5, 0.9, 1]);
    if (random.chance(0.1)) {
      const extreme = random.pick(extremes);
      const item = BigInt(random.integer(0, items - 1));
      number = random.chance(0.3) ? () => extreme : () => random.bits(bits);
      index = random.chance(0.4) ? () => item : () => random.bits(indexBits);
    }
    const pop = random.chance(1.1 - filling) && (reset || clock >= (completed[0] ?? clock) + 2);
    if (pop) row = (row + 1) % rows;
    if (pop && row === 0) completed = completed.slice(1);
    const push = random.chance(filling) && (reset || completed.length < banks);
    if (push) beat = (beat + 1) % beats;
    if (push && beat === 0) completed = [...completed, clock];
    if (reset) [completed, beat, row] = [[], 0, 0];
    return {
      in_push: BigInt(push),
      in_data: side(bits, number),
      in_index: side(indexBits, index),
      in_pop: BigInt(pop),
    };
  });
}
