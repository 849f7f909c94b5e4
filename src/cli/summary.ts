import type { ThresholdMetrics } from "../physics/muon/metrics.js";
import type { Manifest } from "./manifest.js";
import { describeNotes } from "./notes.js";

/** Lays rows out in columns; the first row is the header. Numbers are right-aligned by the caller. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function shortTypes(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  return distinct.length > 2 ? `${distinct.slice(0, 2).join(" ")} …` : distinct.join(" ");
}

/** A build as text for people. */
export function describeManifest(folder: string, manifest: Manifest): string {
  const { latency, interval, grid, resources } = manifest;
  const layers = manifest.layers.map((layer) => [
    layer.name,
    layer.operations.join("+"),
    layer.shape.join("x") || "scalar",
    shortTypes(layer.types),
    layer.weights === null ? "-" : `${layer.weights.nonzero}/${layer.weights.total}`,
    String(layer.copies),
    String(layer.cycles.window + layer.cycles.arithmetic),
    String(layer.resources.lut),
    String(layer.resources.ff),
    String(layer.resources.bram),
  ]);
  const header = [
    "layer",
    "operations",
    "shape",
    "types",
    "weights",
    "copies",
    "cycles",
    "LUT",
    "FF",
    "BRAM",
  ];
  return [
    `${folder}: ${manifest.name}, ${describeArchitecture(manifest)}`,
    `latency ${plural(latency.cycles, "cycle")} (${latency.ns} ns), interval ${plural(interval.cycles, "cycle")} (${interval.ns} ns) at ${manifest.clock_mhz} MHz`,
    ...(grid === undefined ? [] : [`from one event to the next a multiple of ${plural(grid, "cycle")}`]),
    `about ${describeResources(resources.total)} (estimate before synthesis)`,
    ...describeWorstStage(manifest),
    "",
    table([header, ...layers]),
    ...describeAdders(manifest),
    ...describeNotes(manifest.notes, manifest.model.file),
  ].join("\n");
}

/** Which strategy won for the adder graph of each layer. */
function describeAdders({ layers }: Manifest): readonly string[] {
  const rows = layers.flatMap(({ name, adders }) =>
    adders === null ? [] : [[name, adders.strategy, String(adders.lut), String(adders.saved)]],
  );
  if (rows.length === 0) return [];
  return ["", table([["layer", "adder graph", "LUT", "saved by sharing"], ...rows])];
}

/** The stage with the least slack, by the delay model. */
export function describeWorstStage({ stages, architecture, clock_mhz }: Manifest): readonly string[] {
  const [worst] = stages.toSorted((a, b) => a.slack_ns - b.slack_ns);
  if (worst === undefined) return [];
  const from = architecture === "parallel" ? "from the inputs" : "from its window";
  const where = worst.layer === "" ? "the flags" : `layer '${worst.layer}'`;
  const period = Number((1000 / clock_mhz).toFixed(3));
  return [
    `worst stage: clock ${worst.cycle} ${from}, in ${where}: ${worst.worst_path_ns} ns of ${period} ns (slack ${worst.slack_ns} ns)`,
  ];
}

/** In how many clocks an event goes in. */
export function describeArchitecture({ architecture, stream, interval, inputs }: Manifest): string {
  if (architecture === "raster") return `one pixel a beat, ${plural(interval.cycles, "beat")} an event`;
  if (architecture === "graph") return describeItems(inputs, interval.cycles);
  if (stream === undefined) return "the whole event in one clock";
  const axis = stream.axis === 1 ? "column" : "row";
  return `${plural(stream.columns, axis)} a beat, ${plural(stream.beats, "beat")} an event`;
}

/** How many items of each input come in a beat. */
function describeItems(inputs: Manifest["inputs"], beats: number): string {
  const lanes = inputs.flatMap(({ name, packing }) =>
    packing.kind === "items" && packing.axis !== undefined ? [`${packing.lanes} of '${name}'`] : [],
  );
  const each = lanes.length === 0 ? "the whole event in the first beat" : `${lanes.join(", ")} a beat`;
  return `${each}, ${plural(beats, "beat")} an event`;
}

/** The resources of a firmware. */
export function describeResources({ lut, ff, dsp, bram }: Manifest["resources"]["total"]): string {
  return `${lut} LUT, ${ff} FF, ${dsp === 0 ? "" : `${dsp} DSP, `}${bram} block RAM`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A part of a whole in percent; what is less than all does not read as 100 %. */
export function percent(x: number | undefined): string {
  if (x === undefined) return "-";
  const text = (100 * x).toFixed(2);
  return x < 1 && text === "100.00" ? "> 99.99 %" : `${text} %`;
}

/** Fakes per chamber image, and how many there were. */
export function fakes(point: ThresholdMetrics | null | undefined): string {
  return point?.fakeRate ? `${point.fakeRate.value.toPrecision(3)} (${point.fakes})` : "-";
}
