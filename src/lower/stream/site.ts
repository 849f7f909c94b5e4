import type { Module } from "../../ir/circuit/circuit.js";
import type { FixedConv2d, FixedNode } from "../../ir/fixed/fixed.js";
import { atChannel } from "../../ir/granular.js";
import { type Chain, lowerChain, lowerSums } from "../chain.js";
import type { AdderGraphFacts, Search } from "../effort.js";
import { ModuleBuilder, type Signal } from "../module-builder.js";
import type { Axes, Field, Layout } from "./layout.js";
import type { StreamLayer } from "./plan.js";

/** The image patch that one site of a layer reads: columns along the stream, sites across it. */
export interface Patch {
  readonly columns: number;
  readonly sites: number;
}

export function patchOf(conv: FixedConv2d | undefined, axes: Axes): Patch {
  if (conv === undefined) return { columns: 1, sites: 1 };
  return {
    columns: conv.kernel.shape[axes.along] as number,
    sites: conv.kernel.shape[axes.across] as number,
  };
}

/**
 * The combinational module that computes one site of a layer from its patch: port `in_patch` (column by column, site
 * by site, channel by channel, the first one lowest) to port `out_site`.
 */
export function buildSite(
  name: string,
  comment: readonly string[],
  layer: StreamLayer,
  axes: Axes,
  source: Layout,
  result: Layout,
  search: Search,
): { readonly module: Module; readonly adders: readonly AdderGraphFacts[] } {
  const builder = new ModuleBuilder(search);
  const patch = patchOf(layer.conv, axes);
  const port = builder.input("in_patch", patch.columns * patch.sites * source.siteBits);
  const outputs =
    layer.conv === undefined
      ? source.fields.map((_, c) =>
          lowerChain(builder, chainOf(layer), c, readField(builder, port, source, 0, c, false)),
        )
      : convolve(builder, port, layer, layer.conv, axes, source, patch);
  const packed = outputs.flatMap((signal, c) => {
    const { width, signed } = result.fields[c] as Field;
    return width === 0 ? [] : [builder.resize(signal, width, signed)];
  });
  const site = packed.length === 0 ? builder.constant(0n) : builder.concat(packed);
  const module = builder.finish(name, comment, [{ name: "out_site", signal: site }]);
  return { module, adders: builder.adderGraphs };
}

/** Channel `c` of a patch's position as a number; 0 is possible where the patch can lie over the padding. */
function readField(
  builder: ModuleBuilder,
  port: Signal,
  layout: Layout,
  base: number,
  c: number,
  padded: boolean,
): Signal {
  const { low, width, range } = layout.fields[c] as Field;
  if (width === 0) return builder.constant(0n);
  const bounds = padded ? { lo: range.lo < 0n ? range.lo : 0n, hi: range.hi > 0n ? range.hi : 0n } : range;
  return builder.slice(port, base + low, bounds, "x");
}

function convolve(
  builder: ModuleBuilder,
  port: Signal,
  layer: StreamLayer,
  conv: FixedConv2d,
  axes: Axes,
  source: Layout,
  patch: Patch,
): readonly Signal[] {
  const [, kernelColumns, channels, outputs] = conv.kernel.shape as [number, number, number, number];
  const padded = Object.values(conv.pads).some((n) => n > 0);
  const inputs: Signal[] = [];
  const weights: bigint[][] = Array.from({ length: outputs }, () => []);
  for (let column = 0; column < patch.columns; column++) {
    for (let site = 0; site < patch.sites; site++) {
      const [r, c] = axes.along === 1 ? [site, column] : [column, site];
      for (let i = 0; i < channels; i++) {
        const start = ((r * kernelColumns + c) * channels + i) * outputs;
        const taps = conv.kernel.data.slice(start, start + outputs);
        if (taps.every((weight) => weight === 0n)) continue;
        inputs.push(
          readField(builder, port, source, (column * patch.sites + site) * source.siteBits, i, padded),
        );
        for (const [o, weight] of taps.entries()) weights[o]?.push(weight);
      }
    }
  }
  const rows = weights.map((row, o) => ({ weights: row, bias: conv.bias.data[o] as bigint }));
  return lowerSums(builder, inputs, rows, chainOf(layer), [...rows.keys()]);
}

/** The pointwise nodes of a layer; an element is a channel, because all positions have the same types. */
function chainOf({ conv, source, pointwise }: StreamLayer): Chain {
  const nodes = [conv ?? source, ...pointwise];
  return {
    steps: pointwise.map((node, i) => ({ node, source: nodes[i] as FixedNode })),
    rangeOf: (step, channel) => atChannel((nodes[step + 1] as FixedNode).ranges, channel),
  };
}
