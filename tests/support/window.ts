import type { Circuit, Module } from "../../src/ir/circuit/circuit.js";
import type { WindowParameters } from "../../src/ir/circuit/primitives/window.js";
import { StructureBuilder } from "../../src/lower/structure-builder.js";
import { Random } from "./random.js";

/** A circuit of nothing but one window buffer. */
export function windowCircuit(window: WindowParameters, name = "window_only"): Circuit {
  const builder = new StructureBuilder();
  const [valid, first, data] = builder.window("buffer", window, [
    { port: "in_valid", wire: builder.input("in_valid", 1) },
    { port: "in_first", wire: builder.input("in_first", 1) },
    { port: "in_data", wire: builder.input("in_data", window.bits * window.columns) },
  ]);
  const module: Module = builder.finish(
    name,
    ["A window buffer."],
    [
      { name: "out_valid", wire: valid },
      { name: "out_first", wire: first },
      { name: "out_data", wire: data },
    ],
  );
  return { name, modules: [module] };
}

/** Parameters whose corners matter: partial last beats, windows longer than a beat, one side only. */
export const WINDOWS: readonly WindowParameters[] = [
  { bits: 1, columns: 1, last: 1, before: 0, after: 0 },
  { bits: 3, columns: 1, last: 1, before: 2, after: 2 },
  { bits: 2, columns: 3, last: 3, before: 1, after: 1 },
  { bits: 2, columns: 3, last: 1, before: 1, after: 1 },
  { bits: 5, columns: 4, last: 3, before: 0, after: 0 },
  { bits: 1, columns: 2, last: 1, before: 5, after: 0 },
  { bits: 1, columns: 2, last: 1, before: 0, after: 5 },
  { bits: 40, columns: 2, last: 2, before: 3, after: 3 },
];

export interface WindowClock {
  readonly valid: boolean;
  readonly first: boolean;
  readonly data: bigint;
}

/**
 * Clocks that keep no protocol: events of any length, also truncated and without in_first, gaps or none between them,
 * in_first in idle clocks, junk everywhere.
 */
export function wildClocks(
  { bits, columns }: WindowParameters,
  count: number,
  seed: number,
): readonly WindowClock[] {
  const random = new Random(seed);
  const busy = random.pick([0.5, 0.8, 0.95, 1]);
  const begins = random.pick([0.1, 0.3, 0.7]);
  return random.array(count, () => ({
    valid: random.chance(busy),
    first: random.chance(begins),
    data: random.bits(bits * columns),
  }));
}

/** Clocks of whole events of `beats` beats, back to back or with gaps. */
export function properClocks(
  { bits, columns }: WindowParameters,
  beats: number,
  events: number,
  seed: number,
): readonly WindowClock[] {
  const random = new Random(seed);
  const data = () => random.bits(bits * columns);
  return random
    .array(events, () => [
      ...random.array(random.chance(0.5) ? 0 : random.integer(1, 5), () => ({
        valid: false,
        first: random.chance(0.5),
        data: data(),
      })),
      ...random.array(beats, (beat) => ({ valid: true, first: beat === 0, data: data() })),
    ])
    .flat();
}
