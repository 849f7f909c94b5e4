import { stat } from "node:fs/promises";
import { join } from "node:path";
import { deviceOf } from "../estimate/devices.js";
import type { LayerRow, Port, ReportData } from "../report/data.js";
import type { Build } from "./build-directory.js";
import { taskOf } from "./evaluate/index.js";
import type { Manifest, ManifestPort } from "./manifest.js";
import { readResult } from "./results.js";

/** Everything that a build and the results kept in it say, for the report. */
export async function reportDataOf(
  build: Build,
  extra: { readonly seeds: ReportData["provenance"]["seeds"]; readonly commands: readonly string[] },
): Promise<ReportData> {
  const { manifest } = build;
  const cosim = await readResult(build, "cosim");
  const evaluation = await readResult(build, "eval");
  const task = taskOf(manifest);
  const { model, config } = manifest;
  return {
    tool: manifest.tool,
    model: { name: manifest.name },
    hardware: hardwareOf(manifest),
    layers: [...manifest.inputs.map(inputRow), ...manifest.layers.map(layerRow)],
    notes: manifest.notes,
    ...(task !== undefined && { task }),
    provenance: {
      model: { path: model.file, sha256: model.sha256 },
      data: [...(model.weights === null ? [] : [model.weights]), ...model.external].map(
        ({ file, sha256 }) => ({ path: file, sha256 }),
      ),
      ...(config.file !== null &&
        config.sha256 !== null && { config: { path: config.file, sha256: config.sha256 } }),
      seeds: [
        ...extra.seeds,
        ...(cosim?.seed === undefined ? [] : [{ use: "co-simulation", seed: cosim.seed }]),
      ],
      commands: extra.commands,
      files: [...manifest.files, ...(await manifestFile(build))],
    },
    ...(cosim !== undefined && { cosim }),
    ...(evaluation !== undefined && { evaluation }),
  };
}

async function manifestFile({
  folder,
}: Build): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const { size } = await stat(join(folder, "manifest.json"));
  return [{ path: "manifest.json", bytes: size }];
}

function hardwareOf(manifest: Manifest): ReportData["hardware"] {
  const { name, lut, ff, dsp, bram, slrs } = deviceOf(manifest.device);
  return {
    device: { name, has: { lut, ff, dsp, bram }, slrs },
    clockMHz: manifest.clock_mhz,
    latencyCycles: manifest.latency.cycles,
    intervalCycles: manifest.interval.cycles,
    stream: `${describeBeats(manifest)} Events may follow each other without a pause.`,
    ports: portsOf(manifest),
    resources: manifest.resources.total,
    resourcesBy: manifest.resources.by,
  };
}

function describeBeats({ architecture, stream, interval }: Manifest): string {
  if (architecture === "raster")
    return `The image comes pixel by pixel, row by row; an event is ${interval.cycles} beats.`;
  if (architecture === "graph")
    return `The items of a graph come some in each clock; an event is ${interval.cycles} beats.`;
  if (stream === undefined) return "An event is one beat: all inputs whole in one clock.";
  const [along, across] = stream.axis === 1 ? ["column", "row"] : ["row", "column"];
  return `The image streams ${along} by ${along}, ${stream.columns} ${along}s with every ${across} a beat, ${stream.beats} beats an event.`;
}

function portsOf(manifest: Manifest): readonly Port[] {
  const data = (port: ManifestPort, direction: Port["direction"]): Port => ({
    name: port.port,
    direction,
    width: port.width,
    meaning: `'${port.name}': ${contentOf(port)}, ${typeSummary(port.types)}`,
  });
  const control = (name: string, direction: Port["direction"], meaning: string): Port => ({
    name,
    direction,
    width: 1,
    meaning,
  });
  return [
    control("clk", "in", "clock, rising edge"),
    control(
      "rst",
      "in",
      manifest.reset_cycles === 1
        ? "synchronous reset of the valid signals, active high"
        : `synchronous reset, active high, for ${manifest.reset_cycles} clocks or more`,
    ),
    control("in_valid", "in", "a beat is present; the beats of an event follow each other without a gap"),
    control("in_first", "in", "the beat is the first of an event"),
    ...manifest.inputs.map((port) => data(port, "in")),
    control("out_valid", "out", "a beat is present"),
    control("out_first", "out", "the beat is the first of an event"),
    ...manifest.outputs.map((port) => data(port, "out")),
  ];
}

/** What a beat of a data port holds. */
function contentOf({ shape, packing }: ManifestPort): string {
  if (packing.kind === "parallel") {
    if (shape.length === 0) return "one value";
    return shape.length === 1 ? `${shape[0]} values` : `a tensor of ${shape.join(" × ")} values`;
  }
  if (packing.kind === "raster") {
    const { axes, rowPeriod, columnPeriod } = packing;
    const values = packing.fields.length === 1 ? "one value" : `${packing.fields.length} values`;
    return `a pixel of ${values}; pixel (r, c) of ${shape[axes[0]]} × ${shape[axes[1]]} in beat r · ${rowPeriod} + c · ${columnPeriod}`;
  }
  if (packing.kind === "items") {
    const values = packing.fields.length === 1 ? "one value" : `${packing.fields.length} values`;
    if (packing.axis === undefined) return `${values} in the first beat`;
    return `${packing.lanes} of ${shape[packing.axis]} items, ${values} each`;
  }
  const sites = shape[packing.along === 1 ? 0 : 1];
  return `${packing.columns} × ${sites} positions of ${packing.fields.length} channels`;
}

function inputRow(input: ManifestPort): LayerRow {
  return { name: input.name, operation: "input", shape: input.shape, type: typeSummary(input.types) };
}

function layerRow(layer: Manifest["layers"][number]): LayerRow {
  return {
    name: layer.name,
    operation: layer.operations.join(" + "),
    shape: layer.shape,
    type: typeSummary(layer.types),
    ...(layer.weights !== null && { weights: layer.weights }),
    ...(layer.patch !== null && { window: [layer.patch.sites, layer.patch.columns] }),
    instances: layer.copies,
    latencyCycles: layer.cycles.window + layer.cycles.arithmetic,
    lut: layer.resources.lut,
    ff: layer.resources.ff,
    bram: layer.resources.bram,
  };
}

/** The types of a value: one or two by themselves, several by their widths. */
function typeSummary(all: readonly string[]): string {
  const types = [...new Set(all)];
  if (types.length <= 2) return types.join(", ");
  const widths = types.map((type) => Number(/<(\d+)/.exec(type)?.[1]));
  const kinds = new Set(types.map((type) => (type.startsWith("u") ? "ufixed" : "fixed")));
  return `${[...kinds].join(", ")}, ${Math.min(...widths)}–${Math.max(...widths)} bits`;
}
