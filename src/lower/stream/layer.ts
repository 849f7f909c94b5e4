import { type Module, moduleLatency, type WireId } from "../../ir/circuit/circuit.js";
import type { WindowParameters } from "../../ir/circuit/primitives/window.js";
import { StructureBuilder } from "../structure-builder.js";
import type { Axes, Layout } from "./layout.js";
import type { StreamLayer } from "./plan.js";
import { patchOf } from "./site.js";

/** How many columns come in a beat, and how many of them belong to the image in the last beat. */
export interface Beat {
  readonly columns: number;
  readonly last: number;
}

/** The window buffer in front of a layer. */
export function windowOf(layer: StreamLayer, axes: Axes, source: Layout, beat: Beat): WindowParameters {
  const patch = patchOf(layer.conv, axes);
  const pads = layer.conv?.pads ?? { top: 0, bottom: 0, left: 0, right: 0 };
  const before = axes.along === 1 ? pads.left : pads.top;
  return {
    bits: source.columnBits,
    columns: beat.columns,
    last: beat.last,
    before,
    after: patch.columns - 1 - before,
  };
}

/**
 * The module of one layer: its window buffer and one instance of the site module for every column of the beat and every
 * position across.
 */
export function buildLayer(
  name: string,
  comment: readonly string[],
  layer: StreamLayer,
  site: Module,
  axes: Axes,
  source: Layout,
  result: Layout,
  beat: Beat,
): Module {
  const builder = new StructureBuilder();
  const window = windowOf(layer, axes, source, beat);
  const [valid, first, data] = builder.window("window", window, [
    { port: "in_valid", wire: builder.input("in_valid", 1) },
    { port: "in_first", wire: builder.input("in_first", 1) },
    { port: "in_data", wire: builder.input("in_data", beat.columns * source.columnBits) },
  ]);
  const patch = patchOf(layer.conv, axes);
  const pads = layer.conv?.pads;
  const above = pads === undefined ? 0 : axes.along === 1 ? pads.top : pads.left;
  const zeros = new Map<number, WireId>();
  const zero = (sites: number): readonly WireId[] => {
    if (sites === 0) return [];
    const known = zeros.get(sites) ?? builder.zero(`outside_${sites}`, sites * source.siteBits);
    zeros.set(sites, known);
    return [known];
  };
  const sites: WireId[] = [];
  for (let column = 0; column < beat.columns; column++) {
    for (let y = 0; y < result.sites; y++) {
      // Positions of the patch that lie above, inside and below the image.
      const start = clamp(y - above, 0, source.sites);
      const end = clamp(y - above + patch.sites, start, source.sites);
      const over = Math.min(patch.sites, Math.max(0, above - y));
      const under = patch.sites - over - (end - start);
      const label = `c${column}_s${y}`;
      const parts = Array.from({ length: patch.columns }, (_, c) => {
        const low = (column + c) * source.columnBits + start * source.siteBits;
        const width = (end - start) * source.siteBits;
        const inside = width === 0 ? [] : [builder.slice(`patch_${label}_${c}`, data, low, width)];
        return [...zero(over), ...inside, ...zero(under)];
      });
      const [out] = builder.place(`site_${label}`, site, [
        { port: "in_patch", wire: builder.concat(`patch_${label}`, parts.flat()) },
      ]);
      sites.push(out as WireId);
    }
  }
  const wait = moduleLatency(site);
  return builder.finish(name, comment, [
    { name: "out_valid", wire: builder.delay(valid, wait, true) },
    { name: "out_first", wire: builder.delay(first, wait, true) },
    { name: "out_data", wire: builder.concat("sites", sites) },
  ]);
}

function clamp(n: number, low: number, high: number): number {
  return Math.min(Math.max(n, low), high);
}
