import type { Compiled } from "../compile.js";
import type { Resources } from "../estimate/counts.js";
import { deviceOf } from "../estimate/devices.js";
import { estimateResources } from "../estimate/resources.js";
import { type Module, resetClocks } from "../ir/circuit/circuit.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import { printType } from "../ir/fixed-point.js";
import { nodesByName } from "../ir/graph.js";
import type { LayerFacts, Lowered, LoweredPort } from "../lower/lowered.js";
import { packingWidth } from "../lower/packing.js";
import { targetOf } from "../lower/target.js";
import { type BuildFile, sha256 } from "./build-directory.js";
import type { Config } from "./config.js";
import { describeGraph } from "./graph-layout.js";
import type { Manifest, ManifestPort } from "./manifest.js";
import { describePacking } from "./manifest-packing.js";
import type { ModelFile, OpenModel } from "./model-files.js";
import { VERSION } from "./package.js";

export interface BuildSources {
  readonly model: ReturnType<OpenModel["files"]>;
  /** The events of --calibrate. */
  readonly calibration: ModelFile | null;
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
  const { fixed, lowered, clockMHz, choice } = compiled;
  const { model, config } = sources;
  const period = 1000 / clockMHz;
  const { fabric } = deviceOf(config.values.device);
  const resources = estimateResources(lowered.circuit, config.values.target ?? targetOf(fabric));
  const top = lowered.circuit.modules.at(-1) as Module;
  const nodes = nodesByName({ ...fixed, nodes: [...fixed.nodes, ...(lowered.added ?? [])] });
  const ns = (cycles: number) => Number((cycles * period).toFixed(3));
  return {
    tool: { name: "l1c", version: VERSION },
    name: fixed.name,
    model: { ...model.model, weights: model.weights, external: [...model.external] },
    calibration: sources.calibration,
    config: {
      file: config.file ?? null,
      sha256: config.text === undefined ? null : sha256(config.text),
      values: config.values,
    },
    top: top.name,
    clock_mhz: clockMHz,
    device: config.values.device,
    architecture: choice.architecture,
    architecture_reason: choice.reason,
    latency: { cycles: lowered.latency, ns: ns(lowered.latency) },
    interval: { cycles: lowered.interval, ns: ns(lowered.interval) },
    reset_cycles: resetClocks(lowered.circuit),
    ...(lowered.grid !== undefined && { grid: lowered.grid }),
    ...streamOf(lowered),
    ...describeGraph(config.values, {
      inputs: lowered.inputs.map(({ name, value }) => ({ name, shape: value.shape })),
      outputs: lowered.outputs.map(({ name, value }) => ({ name, shape: value.shape })),
    }),
    inputs: lowered.inputs.map(describePort),
    outputs: lowered.outputs.map(describePort),
    resources: { by: "l1c's estimate of synthesis", total: resources.get(top.name) as Resources },
    layers: lowered.layers.map((layer) =>
      describeLayer(
        layer,
        layer.nodes.map((name) => nodes.get(name) as FixedNode),
        resources.get(layer.module) as Resources,
      ),
    ),
    stages: lowered.stages.map(({ cycle, layer, path }) => ({
      ...{ cycle, layer },
      worst_path_ns: Number(path.toFixed(3)),
      slack_ns: Number((period - path).toFixed(3)),
    })),
    notes: compiled.notes.map(({ where, message }) => ({ where, message })),
    files: files.map(({ path, text }) => ({ path, bytes: Buffer.byteLength(text), sha256: sha256(text) })),
  };
}

/** The beats of a stream's events. */
function streamOf({ inputs, interval }: Lowered): Pick<Manifest, "stream"> {
  const packing = inputs[0]?.packing;
  if (packing?.kind !== "stream") return {};
  return { stream: { axis: packing.along, columns: packing.columns, beats: interval, last: packing.last } };
}

function describeLayer(
  layer: LayerFacts,
  nodes: readonly FixedNode[],
  resources: Resources,
): Manifest["layers"][number] {
  const result = nodes.at(-1) as FixedNode;
  const weights = nodes.flatMap((node) =>
    node.op === "conv2d" || node.op === "dense" ? [node.kernel.data] : [],
  );
  const total = weights.reduce((sum, { length }) => sum + length, 0);
  const nonzero = weights.reduce((sum, data) => sum + data.filter((w) => w !== 0n).length, 0);
  return {
    name: layer.name,
    module: layer.module,
    operations: nodes.map(({ op }) => op),
    shape: [...result.shape],
    types: [...new Set(result.types.items.map(printType))],
    weights: weights.length === 0 ? null : { nonzero, total },
    patch: layer.patch ?? null,
    copies: layer.copies,
    adders: layer.adders ?? null,
    cycles: layer.cycles,
    worst_path_ns: Number(layer.worstPath.toFixed(3)),
    resources,
  };
}

function describePort({ name, port, value, packing }: LoweredPort): ManifestPort {
  return {
    name,
    port,
    width: packingWidth(packing),
    shape: [...value.shape],
    types: value.types.items.map(printType),
    packing: describePacking(packing),
  };
}
