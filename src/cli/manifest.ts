import { z } from "zod";
import type { CosimContract } from "../cosim/cosimulate.js";
import type { CosimPort } from "../cosim/port.js";
import { ARCHITECTURES } from "../lower/lowered.js";
import { packingBeats, packingWidth } from "../lower/packing.js";
import { CONFIG } from "./config.js";
import { count, misfit, PACKING, packingOf } from "./manifest-packing.js";

const port = z
  .strictObject({
    /** The name in the graph. */
    name: z.string(),
    /** The firmware's port. */
    port: z.string(),
    width: count.min(1),
    shape: z.array(count.min(1)),
    /** One type, one for each channel, or one for each element. */
    types: z.array(z.string()),
    packing: PACKING,
  })
  .superRefine((port, context) => {
    const message = misfit(port);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["packing"], message });
  });

const resources = z.strictObject({
  lut: z.number(),
  srl: z.number(),
  ff: z.number(),
  carry: z.number(),
  dsp: z.number(),
  bram: z.number(),
});
const file = z.strictObject({ file: z.string(), sha256: z.string() });

/** `manifest.json` of a build directory: what was built from what, and what it promises. */
export const MANIFEST = z
  .strictObject({
    tool: z.strictObject({ name: z.literal("l1c"), version: z.string() }),
    name: z.string(),
    /** The model's file, that of its weights where they have their own, and the files that it refers to. */
    model: file.extend({ weights: file.nullable(), external: z.array(file) }),
    /** The events that a float model was quantized by. */
    calibration: file.nullable(),
    config: z.strictObject({ file: z.string().nullable(), sha256: z.string().nullable(), values: CONFIG }),
    top: z.string(),
    clock_mhz: z.number(),
    device: z.string(),
    architecture: z.enum(ARCHITECTURES),
    /** Why this architecture was chosen. */
    architecture_reason: z.string(),
    latency: z.strictObject({ cycles: count, ns: z.number() }),
    interval: z.strictObject({ cycles: count.min(1), ns: z.number() }),
    /** The clocks for which `rst` must be high before the first event. */
    reset_cycles: count.min(1),
    /** From one event to the next it is a multiple of so many clocks; where it is missing, any number from the interval on. */
    grid: count.min(1).optional(),
    /** Only of a stream. */
    stream: z
      .strictObject({
        axis: z.union([z.literal(0), z.literal(1)]),
        columns: count.min(1),
        beats: count.min(1),
        last: count.min(1),
      })
      .optional(),
    /** Only of a graph network. */
    graph: z
      .strictObject({
        /** The largest graph. */
        nodes: count.min(1),
        edges: count.min(1),
        /** Which input holds what. */
        inputs: z.strictObject({
          node_features: z.string(),
          edge_features: z.string().nullable(),
          edge_index: z.string(),
          graph_size: z.string(),
        }),
        /** What each output has one row for. */
        outputs: z.record(z.string(), z.enum(["nodes", "edges", "graph"])),
        /** The output with one number for each edge, where there is one such. */
        scores: z.string().nullable(),
        /** The output that is 1 where the graph was cut. */
        cut: z.string(),
      })
      .optional(),
    inputs: z.array(port).min(1),
    outputs: z.array(port).min(1),
    resources: z.strictObject({ by: z.string(), total: resources }),
    layers: z.array(
      z.strictObject({
        name: z.string(),
        /** The Verilog module of the whole layer. */
        module: z.string(),
        operations: z.array(z.string()),
        shape: z.array(z.number()),
        /** Every type that occurs, once. */
        types: z.array(z.string()),
        weights: z.strictObject({ nonzero: z.number(), total: z.number() }).nullable(),
        /** Of a stream's layer, the patch that a site reads; of a raster's layer, its window: columns × rows. */
        patch: z.strictObject({ columns: z.number(), sites: z.number() }).nullable(),
        copies: z.number(),
        /** The adder graph of one site: the strategy that won, its LUTs by the search's own count, and those that sharing saved. */
        adders: z.strictObject({ strategy: z.string(), lut: z.number(), saved: z.number() }).nullable(),
        cycles: z.strictObject({ window: z.number(), arithmetic: z.number() }),
        worst_path_ns: z.number(),
        resources,
      }),
    ),
    /**
     * The longest path between registers of each clock, and what is left of the period. Of parallel firmware `cycle` counts
     * from the inputs, and `layer` is where the path ends; of a stream it counts from each layer's window.
     */
    stages: z.array(
      z.strictObject({
        cycle: count,
        layer: z.string(),
        worst_path_ns: z.number(),
        slack_ns: z.number(),
      }),
    ),
    /** What the user should know although nothing was refused. */
    notes: z.array(z.strictObject({ where: z.string(), message: z.string() })),
    files: z.array(z.strictObject({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  })
  .superRefine(({ interval, inputs, outputs }, context) => {
    for (const side of ["inputs", "outputs"] as const) {
      for (const [i, port] of (side === "inputs" ? inputs : outputs).entries()) {
        const how = packingOf(port);
        if (packingWidth(how) !== port.width)
          context.addIssue({
            code: "custom",
            path: [side, i, "width"],
            message: "differs from the packing's",
          });
        if (packingBeats(how) !== interval.cycles)
          context.addIssue({
            code: "custom",
            path: [side, i, "packing"],
            message: "differs from the interval",
          });
      }
    }
  });
export type Manifest = z.infer<typeof MANIFEST>;
export type ManifestPort = Manifest["inputs"][number];

/** What co-simulation compares against, as the manifest promises it. */
export function contractOfManifest({ latency, interval, grid, inputs, outputs }: Manifest): CosimContract {
  const of = (port: ManifestPort): CosimPort => ({
    name: port.name,
    shape: port.shape,
    packing: packingOf(port),
  });
  return {
    latency: latency.cycles,
    interval: interval.cycles,
    ...(grid !== undefined && { grid }),
    inputs: inputs.map(of),
    outputs: outputs.map(of),
  };
}
