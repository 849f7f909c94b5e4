import { countWidth } from "../ir/circuit/primitives/counts.js";
import type { PrimitiveOf } from "../ir/circuit/primitives/index.js";
import type { LineParameters } from "../ir/circuit/primitives/line.js";
import type { RasterParameters } from "../ir/circuit/primitives/raster.js";
import { LUT_INPUTS } from "../lower/delay.js";
import { NOTHING, type Resources } from "./counts.js";

/** A primitive that is estimated as a whole; the others are mapped bit by bit (`elaborate/`). */
export type CountedPrimitive = Extract<
  PrimitiveOf,
  { readonly line: unknown } | { readonly raster: unknown } | { readonly flag: unknown }
>;

/** The resources of a primitive. Flip-flops inside block RAMs do not count. */
export function primitiveResources(of: CountedPrimitive): Resources {
  if ("line" in of) return lineResources(of.line);
  if ("raster" in of) return rasterResources(of.raster);
  return { ...NOTHING, ...counters([of.flag.cycles], 1) };
}

/** First, valid and running have flip-flops and LUTs of their own. */
function rasterResources({ rows, columns, rowPeriod, columnPeriod }: RasterParameters): Resources {
  const counted = rowPeriod !== columns * columnPeriod;
  const counts = [rows, columns, columnPeriod, ...(counted ? [rowPeriod] : [])];
  return {
    ...NOTHING,
    ...counters(
      counts.filter((count) => count > 1),
      3,
    ),
  };
}

/** Counters that start again at their ends, and `flags` single flip-flops with a LUT each. */
export function counters(counts: readonly number[], flags: number): Pick<Resources, "lut" | "ff"> {
  const widths = counts.map(countWidth);
  const bits = widths.reduce((sum, width) => sum + width, 0);
  // A LUT counts one bit; others compare the counter with its end.
  const ends = widths.reduce((sum, width) => sum + Math.ceil(width / LUT_INPUTS), 0);
  return { lut: bits + ends + flags, ff: bits + flags };
}

/** Up to this depth, a memory is made of LUTs (`ram_style` in templates/verilog/l1c_line.v and l1c_gather.v). */
export const LUT_RAM_DEPTH = 64;

function lineResources({ bits, depth }: LineParameters): Resources {
  const { lut, ff } = counters(depth > 1 ? [depth, depth] : [], 0);
  if (depth > LUT_RAM_DEPTH) return { ...NOTHING, lut, ff, bram: blockRams(bits, depth) };
  // Block RAMs have the two registers of the output themselves, LUT RAMs have not.
  return { ...NOTHING, lut: lut + lutRam(bits, depth), ff: ff + 2 * bits };
}

/**
 * LUTs of a memory with one write and one read port: eight LUTs hold 32 words of 14 bits (RAM32M16) or 64 words of 7 bits
 * (RAM64M8), as AMD UG574 (UltraScale CLB) says: one of the eight has the address of the write port.
 */
export function lutRam(bits: number, depth: number): number {
  return 8 * Math.ceil(bits / (depth <= 32 ? 14 : 7));
}

/** Words and bits of a block RAM of 36 kbit, and the bits of its half of 18 kbit: simple dual port, AMD UG573. */
const BLOCK_RAM_SHAPES = [
  { words: 512, bits: 72, half: 36 },
  { words: 1024, bits: 36, half: 18 },
  { words: 2048, bits: 18, half: 9 },
  { words: 4096, bits: 9, half: 4 },
  { words: 8192, bits: 4, half: 2 },
  { words: 16384, bits: 2, half: 1 },
  { words: 32768, bits: 1, half: 0 },
] as const;

/** Block RAMs of 36 kbit, halves included, of the shape that needs fewest. */
export function blockRams(bits: number, depth: number): number {
  const needed = BLOCK_RAM_SHAPES.map((shape) => {
    const rest = bits % shape.bits;
    const last = rest === 0 ? 0 : rest <= shape.half ? 0.5 : 1;
    return Math.ceil(depth / shape.words) * (Math.floor(bits / shape.bits) + last);
  });
  return Math.min(...needed);
}
