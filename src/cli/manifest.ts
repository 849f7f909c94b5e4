import { z } from "zod";
import type { StreamContract } from "../cosim/cosimulate.js";
import { CONFIG } from "./config.js";

/** Nothing that is counted is negative; what a machine of any size could not hold is no count either. */
const count = z.int().nonnegative().max(1e9);

const layout = z.strictObject({
  fields: z.array(z.strictObject({ low: count, width: count, signed: z.boolean() })),
  siteBits: count,
  sites: count,
  columnBits: count,
});

const port = z.strictObject({
  /** The name in the graph. */
  name: z.string(),
  /** The firmware's port. */
  port: z.string(),
  width: count,
  shape: z.tuple([count, count, count]),
  /** One type, or one per channel. */
  types: z.array(z.string()),
  layout,
});

const resources = z.strictObject({ lut: z.number(), ff: z.number(), dsp: z.number(), bram: z.number() });

/** `manifest.json` of a build directory: what was built from what, and what it promises. */
export const MANIFEST = z.strictObject({
  tool: z.strictObject({ name: z.literal("l1c"), version: z.string() }),
  name: z.string(),
  model: z.strictObject({ file: z.string(), sha256: z.string() }),
  config: z.strictObject({ file: z.string().nullable(), sha256: z.string().nullable(), values: CONFIG }),
  top: z.string(),
  clock_mhz: z.number(),
  device: z.string(),
  latency: z.strictObject({ cycles: count, ns: z.number() }),
  interval: z.strictObject({ cycles: count.min(1), ns: z.number() }),
  stream: z.strictObject({
    axis: z.union([z.literal(0), z.literal(1)]),
    columns: count.min(1),
    beats: count.min(1),
    last: count.min(1),
  }),
  inputs: z.array(port).min(1),
  outputs: z.array(port).min(1),
  resources: z.strictObject({ by: z.string(), total: resources }),
  layers: z.array(
    z.strictObject({
      name: z.string(),
      operations: z.array(z.string()),
      shape: z.array(z.number()),
      types: z.array(z.string()),
      weights: z.strictObject({ nonzero: z.number(), total: z.number() }).nullable(),
      patch: z.strictObject({ columns: z.number(), sites: z.number() }),
      copies: z.number(),
      latency: z.strictObject({ window: z.number(), site: z.number() }),
      worst_path_ns: z.number(),
      resources,
    }),
  ),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});
export type Manifest = z.infer<typeof MANIFEST>;
export type ManifestPort = Manifest["inputs"][number];

/** What co-simulation compares against, as the manifest promises it. */
export function contractOfManifest(manifest: Manifest): StreamContract {
  const { axis, columns, last } = manifest.stream;
  const packing = ({ shape, layout: bits }: ManifestPort) => ({
    shape,
    axes: { along: axis, across: axis === 0 ? 1 : 0 } as const,
    layout: bits,
    beat: { columns, last },
  });
  const [input, output] = [manifest.inputs[0] as ManifestPort, manifest.outputs[0] as ManifestPort];
  return {
    latency: manifest.latency.cycles,
    interval: manifest.interval.cycles,
    input: packing(input),
    output: { ...packing(output), name: output.name },
  };
}
