import { countWidth } from "../ir/circuit/primitives/counts.js";
import { type GatherParameters, gatherRows } from "../ir/circuit/primitives/gather.js";
import { lookUp, type PrimitiveOf, type PrimitiveTable } from "../ir/circuit/primitives/index.js";
import { type ScatterParameters, scatterRows } from "../ir/circuit/primitives/scatter.js";
import { type DelayModel, LUT_INPUTS } from "./delay.js";

/**
 * The longest path between registers inside a primitive, or from an input that comes out of a register to its first one, in
 * nanoseconds. It counts levels of LUTs in the templates (templates/verilog/) with the delays of cells outside of them.
 * Assumed besides: reading a memory of LUTs takes as long as a LUT, doubled depths above 64 words one LUT more without a net
 * (multiplexers of the slice); a word comes out of a block RAM without output register as late as out of two LUTs (AMD
 * DS923 has about 1 ns), and the set-up of a memory's write is that of a register.
 */
export function primitivePath(of: PrimitiveOf, delays: DelayModel): number {
  return lookUp(PATHS, of)(delays);
}

const PATHS: PrimitiveTable<(delays: DelayModel) => number> = {
  // Conditions on neighbours come behind the registers, in the path of what reads them.
  window: () => (delays) => delays.register,
  line: ({ depth }) => counterPath(depth),
  raster:
    ({ rows, columns, rowPeriod, columnPeriod }) =>
    (delays) =>
      Math.max(...[rows, columns, rowPeriod, columnPeriod].map((count) => counterPath(count)(delays))),
  flag: ({ cycles }) => counterPath(cycles),
  gather: (gather) => (delays) => gatherPath(gather, delays),
  scatter: (scatter) => (delays) => scatterPath(scatter, delays),
};

/** A counter that is compared with its end, then starts again or counts. */
function counterPath(count: number): (delays: DelayModel) => number {
  return (delays) => delays.register + 2 * level(delays) + carry(countWidth(count), delays);
}

function gatherPath(gather: GatherParameters, delays: DelayModel): number {
  const { items, lanes, reads, banks, indexBits } = gather;
  const rows = gatherRows(gather);
  const step = level(delays);
  const block = banks * 2 ** countWidth(rows) > 64;
  const [read, choose] =
    rows === 1
      ? [(banks > 1 ? step : 0) + step, muxLevels(Math.ceil(items / 4)) * step]
      : [block ? delays.net : step, (block ? 2 * step : 0) + muxLevels(lanes) * step];
  return Math.max(
    delays.register + Math.max(read, choose, comparison(indexBits, delays)),
    counterPath(Math.max(rows, reads))(delays),
  );
}

function scatterPath(scatter: ScatterParameters, delays: DelayModel): number {
  const { bits, sumBits, outBits, maximum, lanes, beats, indexBits } = scatter;
  const rows = scatterRows(scatter);
  const step = level(delays);
  /** A sum, or the larger of two numbers. */
  const combine = (width: number) =>
    maximum === 1 ? 2 * step + carry(bits, delays) : step + carry(width, delays);
  const decode = comparison(indexBits, delays) + step;
  const tree = lanes > 1 ? combine(outBits) : 0;
  // Where an event begins, the accumulators start anew: a comparison before the sum.
  const accumulate =
    rows === 1 ? step + combine(outBits) : step + memoryRead(rows, delays) + combine(sumBits);
  return Math.max(
    delays.register + Math.max(decode, tree, accumulate),
    counterPath(Math.max(rows, beats))(delays),
  );
}

/** One LUT and its net. */
function level({ lut, net }: DelayModel): number {
  return lut + net;
}

function carry(bits: number, { carry8 }: DelayModel): number {
  return Math.ceil(bits / 8) * carry8;
}

/** Whether a number is below a constant. */
function comparison(bits: number, delays: DelayModel): number {
  return level(delays) + (bits > LUT_INPUTS ? carry(bits, delays) : 0);
}

function memoryRead(words: number, delays: DelayModel): number {
  return level(delays) + delays.lut * Math.max(0, countWidth(words) - LUT_INPUTS);
}

/** A LUT chooses among four. */
function muxLevels(options: number): number {
  return Math.ceil(Math.log2(options) / 2);
}
