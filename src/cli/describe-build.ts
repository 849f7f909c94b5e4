import type { Compiled } from "../compile.js";
import { estimateResources, type Resources } from "../estimate/resources.js";
import type { Module } from "../ir/circuit/circuit.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import { printType } from "../ir/fixed-point.js";
import { nodesByName } from "../ir/graph.js";
import type { StreamPort } from "../lower/stream/index.js";
import { type BuildFile, sha256 } from "./build-directory.js";
import type { Config } from "./config.js";
import type { Manifest, ManifestPort } from "./manifest.js";
import { VERSION } from "./package.js";

export interface BuildSources {
  readonly model: { readonly file: string; readonly bytes: Uint8Array };
  readonly config: {
    readonly file: string | undefined;
    readonly text: string | undefined;
    readonly values: Config;
  };
}

/** The manifest of a compiled model. */
export function describeBuild(
  compiled: Compiled,
  files: readonly BuildFile[],
  sources: BuildSources,
): Manifest {
  const { fixed, lowered } = compiled;
  const { model, config } = sources;
  const period = 1000 / config.values.clock_mhz;
  const resources = estimateResources(lowered.circuit);
  const top = lowered.circuit.modules.at(-1) as Module;
  const nodes = nodesByName(fixed);
  const node = (name: string) => nodes.get(name) as FixedNode;
  const ns = (cycles: number) => Number((cycles * period).toFixed(3));
  return {
    tool: { name: "l1c", version: VERSION },
    name: fixed.name,
    model: { file: model.file, sha256: sha256(model.bytes) },
    config: {
      file: config.file ?? null,
      sha256: config.text === undefined ? null : sha256(config.text),
      values: config.values,
    },
    top: top.name,
    clock_mhz: config.values.clock_mhz,
    device: config.values.device,
    latency: { cycles: lowered.latency, ns: ns(lowered.latency) },
    interval: { cycles: lowered.interval, ns: ns(lowered.interval) },
    stream: { axis: lowered.axes.along, ...lowered.beat, beats: lowered.interval },
    inputs: [describePort(lowered.input, lowered.input.value.name, lowered.beat.columns)],
    outputs: [describePort(lowered.output, fixed.outputs[0]?.name ?? "", lowered.beat.columns)],
    resources: { by: "l1c's estimate, cell by cell", total: resources.get(top.name) as Resources },
    layers: lowered.layers.map((layer) => {
      const result = node(layer.nodes.at(-1) as string);
      const conv = layer.nodes.map(node).find(({ op }) => op === "conv2d");
      const weights = conv?.op === "conv2d" ? conv.kernel.data : undefined;
      return {
        name: layer.name,
        operations: layer.nodes.map((name) => node(name).op),
        shape: [...result.shape],
        types: result.types.items.map(printType),
        weights:
          weights === undefined
            ? null
            : { nonzero: weights.filter((w) => w !== 0n).length, total: weights.length },
        patch: layer.patch,
        copies: layer.copies,
        latency: { window: layer.windowCycles, site: layer.siteCycles },
        worst_path_ns: Number(layer.worstPath.toFixed(3)),
        resources: resources.get(layer.module) as Resources,
      };
    }),
    files: files.map(({ path, text }) => ({ path, bytes: Buffer.byteLength(text), sha256: sha256(text) })),
  };
}

function describePort(port: StreamPort, name: string, columns: number): ManifestPort {
  const { value, layout } = port;
  return {
    name,
    port: port.name,
    width: columns * layout.columnBits,
    shape: [...value.shape] as [number, number, number],
    types: value.types.items.map(printType),
    layout: {
      ...layout,
      fields: layout.fields.map(({ low, width, signed }) => ({ low, width, signed })),
    },
  };
}
