import { type Module, moduleLatency, type WireId } from "../../ir/circuit/circuit.js";
import { windowLatency } from "../../ir/circuit/primitives/window.js";
import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { printType } from "../../ir/fixed-point.js";
import { areaOfModules } from "../area.js";
import { type DelayModel, hardBlocksOf } from "../delay.js";
import {
  type AdderGraphFacts,
  DEFAULT_EFFORT,
  joinedFacts,
  type SearchOptions,
  searchOptionsOf,
} from "../effort.js";
import type { LayerFacts, Lowered, LoweredPort, Stage } from "../lowered.js";
import { identifier, TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import type { PortPacking } from "../packing.js";
import { pipeline } from "../pipeline.js";
import { cheapestSlack } from "../slack.js";
import { StructureBuilder } from "../structure-builder.js";
import { type Beat, buildLayer, windowOf } from "./layer.js";
import { type Axes, axesAlong, type Layout, layoutOf } from "./layout.js";
import { planStream, type StreamLayer, type StreamPlan } from "./plan.js";
import { buildSite, patchOf } from "./site.js";

type StreamPacking = Extract<PortPacking, { kind: "stream" }>;

export interface StreamOptions extends SearchOptions {
  /** The axis of the image that the stream runs along: 0 rows, 1 columns. */
  readonly axis: 0 | 1;
  /** Columns in a beat, P. */
  readonly columns: number;
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
}

/**
 * Fixed → Circuit for a chain of image operations: the image streams along one axis, P columns a beat; each layer is a
 * window buffer and copies of one site module. Throws a UserError when the graph or the options do not fit.
 */
export function lowerStream(fixed: Fixed, options: StreamOptions): Lowered {
  const plan = planAlong(fixed, options.axis);
  const axes = axesAlong(options.axis);
  const length = plan.input.shape[axes.along] as number;
  if (!Number.isInteger(options.columns) || options.columns < 1 || options.columns > length) {
    throw new UserError(`a beat of ${options.columns} columns does not fit an image of ${length}`, {
      where: "stream.columns",
      hint: `Choose a whole number from 1 to ${length}.`,
    });
  }
  const interval = Math.ceil(length / options.columns);
  const beat = { columns: options.columns, last: length - (interval - 1) * options.columns };
  const { effort = DEFAULT_EFFORT } = options;

  const [top] = uniqueIdentifiers([fixed.name], TAKEN_MODULES) as [string];
  const moduleNames = uniqueIdentifiers(
    plan.layers.flatMap(({ name }) => [`${top}_${name}_site`, `${top}_${name}`]),
    [top, ...TAKEN_MODULES],
  );
  const modules: Module[] = [];
  const layers: LayerFacts[] = [];
  const stages: Stage[] = [];
  const [inPort, outPort] = [portName("in", plan.input.name), portName("out", plan.outputName)];
  const inLayout = layoutOf(plan.input, axes, true);
  const builder = new StructureBuilder();
  let valid = builder.input("in_valid", 1);
  let first = builder.input("in_first", 1);
  let data = builder.input(inPort, beat.columns * inLayout.columnBits);
  let source = inLayout;
  plan.layers.forEach((layer, i) => {
    const isLast = i === plan.layers.length - 1;
    const result = layoutOf(layer.result, axes, isLast);
    const [siteName, layerName] = [moduleNames[2 * i] as string, moduleNames[2 * i + 1] as string];
    const {
      adders,
      timed: { module: timed, paths },
    } = cheapestSlack(effort, undefined, (slack) => {
      const search = { ...searchOptionsOf(options), effort, slack, ...hardBlocksOf(options.delays) };
      const flat = buildSite(siteName, [], layer, axes, source, result, search);
      const own = joinedFacts(flat.adders);
      const piped = pipeline(flat.module, {
        period: options.period,
        delays: options.delays,
        // The window's outputs pass one LUT that masks columns outside the event.
        inputDelay: options.delays.lut + options.delays.net,
      });
      const area = areaOfModules([piped.module]);
      const cycles = moduleLatency(piped.module);
      return { result: { adders: own, timed: piped }, cycles, lut: own?.lut ?? 0, area };
    });
    const site = { ...timed, comment: siteComment(layer, axes, moduleLatency(timed)) };
    const window = windowOf(layer, axes, source, beat);
    const module = buildLayer(layerName, layerComment(layer, beat), layer, site, axes, source, result, beat);
    modules.push(site, module);
    [valid, first, data] = builder.place(identifier(`layer${i + 1}_${layer.name}`), module, [
      { port: "in_valid", wire: valid },
      { port: "in_first", wire: first },
      { port: "in_data", wire: data },
    ]) as [WireId, WireId, WireId];
    const copies = beat.columns * result.sites;
    layers.push({
      name: layer.name,
      nodes: [...(layer.conv ? [layer.conv.name] : []), ...layer.pointwise.map(({ name }) => name)],
      module: layerName,
      copies,
      patch: patchOf(layer.conv, axes),
      ...(adders !== undefined && { adders: joinedFacts([adders], copies) as AdderGraphFacts }),
      cycles: { window: windowLatency(window), arithmetic: moduleLatency(site) },
      worstPath: Math.max(...paths),
    });
    stages.push(...paths.map((path, cycle) => ({ cycle, layer: layer.name, path })));
    source = result;
  });
  const lastNode = (plan.layers.at(-1) as StreamLayer).result;
  const outputs = [
    { name: "out_valid", wire: builder.delay(valid, 1, true) },
    { name: "out_first", wire: builder.delay(first, 1, true) },
    { name: outPort, wire: builder.delay(data, 1, false) },
  ];
  const module = builder.finish(top, [], outputs);
  const latency = moduleLatency(module);
  const ports = [
    {
      name: plan.input.name,
      port: inPort,
      value: plan.input,
      packing: packingOf(plan.input, inLayout, axes, beat),
    },
    {
      name: plan.outputName,
      port: outPort,
      value: lastNode,
      packing: packingOf(lastNode, source, axes, beat),
    },
  ] as const;
  const comment = topComment(fixed.name, ports, beat, interval, latency, axes);
  modules.push({ ...module, comment });
  return {
    architecture: "stream",
    circuit: { name: fixed.name, modules },
    latency,
    interval,
    inputs: [ports[0]],
    outputs: [ports[1]],
    layers,
    stages,
  };
}

/** Cuts a graph into the layers of a stream along an axis. Throws a UserError that names the node that does not fit. */
export function planAlong(fixed: Fixed, axis: 0 | 1): StreamPlan {
  const plan = planStream(fixed);
  for (const layer of plan.layers) checkLength(layer, axesAlong(axis));
  return plan;
}

/** How an image lies in the beats of a port. */
function packingOf(value: FixedNode, layout: Layout, axes: Axes, beat: Beat): StreamPacking {
  return {
    kind: "stream",
    shape: value.shape as unknown as StreamPacking["shape"],
    along: axes.along,
    columns: beat.columns,
    last: beat.last,
    fields: layout.fields.map(({ low, width, signed }) => ({ low, width, signed })),
    siteBits: layout.siteBits,
  };
}

/** A data port, named apart from the control signals of its side. */
function portName(side: "in" | "out", name: string): string {
  return uniqueIdentifiers([`${side}_${name}`], [`${side}_valid`, `${side}_first`])[0] as string;
}

/** Along the stream an image keeps its length, so that the interval is the same for every layer. */
function checkLength(layer: StreamLayer, axes: Axes): void {
  if (layer.conv === undefined) return;
  const before = layer.source.shape[axes.along] as number;
  const after = layer.conv.shape[axes.along] as number;
  const pads = layer.conv.pads;
  const start = axes.along === 1 ? pads.left : pads.top;
  const kernel = layer.conv.kernel.shape[axes.along] as number;
  if (before !== after || start >= kernel) {
    throw new UserError(`along the stream the image changes from ${before} to ${after} columns`, {
      where: `node '${layer.conv.name}'`,
      hint: "Use 'same' padding along the streamed axis.",
    });
  }
}

function siteComment(layer: StreamLayer, axes: Axes, cycles: number): readonly string[] {
  const { columns, sites } = patchOf(layer.conv, axes);
  return [
    `One site of layer '${layer.name}': ${[layer.conv?.op, ...layer.pointwise.map(({ op }) => op)].filter(Boolean).join(", ")}.`,
    `Reads a patch of ${plural(columns, "column")} x ${plural(sites, "position")}; types ${types(layer.source)} -> ${types(layer.result)}.`,
    `Latency ${plural(cycles, "cycle")}.`,
  ];
}

function types(node: FixedNode): string {
  const names = [...new Set(node.types.items.map(printType))];
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, ...`;
}

function layerComment(layer: StreamLayer, beat: Beat): readonly string[] {
  return [
    `Layer '${layer.name}': window buffer and one site module for each of ${plural(beat.columns, "column")} and each position.`,
  ];
}

function topComment(
  name: string,
  ports: readonly (LoweredPort & { readonly packing: StreamPacking })[],
  beat: Beat,
  interval: number,
  latency: number,
  axes: Axes,
): readonly string[] {
  const [along, across] = axes.along === 1 ? ["column", "row"] : ["row", "column"];
  return [
    `Model '${name}'. An event is ${plural(interval, "beat")} without a gap, ${plural(beat.columns, along)} a beat;`,
    "in_first marks its first beat, in_valid each of them. Between events in_valid may be low.",
    `Latency ${plural(latency, "cycle")}, initiation interval ${plural(interval, "cycle")}.`,
    ...ports.map(
      ({ port, packing: { shape, siteBits } }) =>
        `Bits of ${port}: (${along} in the beat * ${shape[axes.across]} + ${across}) * ${siteBits} + channel bits.`,
    ),
    ...(beat.last < beat.columns
      ? [`Only the lowest ${beat.last} ${along}s of an event's last beat belong to the image.`]
      : []),
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
