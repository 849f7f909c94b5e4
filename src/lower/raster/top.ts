import type { Module, WireId } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { atElement } from "../../ir/granular.js";
import { fieldBits, type NarrowField, typeFields } from "../fields.js";
import type { LoweredPort } from "../lowered.js";
import { identifier, portIdentifiers } from "../names.js";
import type { Field, PortPacking } from "../packing.js";
import { type WiredElement, Wiring } from "../parallel/wiring.js";
import { channelsOf } from "../pointwise.js";
import type { RegionCircuit } from "../region.js";
import { Delayed } from "../waves/delays.js";
import { Flags } from "../waves/flags.js";
import { beatsWave, type Wave } from "../waves/wave.js";
import { enlarge } from "./enlarge.js";
import { Gatherer } from "./gather.js";
import type { RasterPlan } from "./plan.js";
import { onePixel, pixelFields } from "./region.js";
import { periodOf, type Schedule } from "./schedule.js";

/** The top module and its data ports. */
export interface Top {
  readonly module: Module;
  readonly inputs: readonly LoweredPort[];
  readonly outputs: readonly LoweredPort[];
}

/** The top module: the regions' modules, line memories between them, and counters that know where each image is. */
export function buildTop(
  name: string,
  fixed: Fixed,
  plan: RasterPlan,
  schedule: Schedule,
  circuits: ReadonlyMap<string, RegionCircuit>,
  nodes: ReadonlyMap<string, FixedNode>,
): Top {
  const { interval } = plan.pace;
  const wiring = new Wiring();
  const { builder } = wiring;
  const ports = portIdentifiers(plan.inputs, fixed.outputs);
  const flags = new Flags(builder, builder.eventFlags().first, interval);
  const values = new Map<string, Delayed>();
  const keep = (value: string, wire: WireId) => {
    const known = { wire, cycle: schedule.cycles.get(value) as number, wave: waveAt(schedule, value) };
    const needs = schedule.needs.get(value) ?? [];
    values.set(
      value,
      new Delayed(builder, flags, interval, { name: `v${values.size + 1}`, ...known, needs }),
    );
  };
  const at = (value: string, cycle: number) => (values.get(value) as Delayed).at(cycle);

  const inputs = plan.inputs.map((node, i): LoweredPort => {
    const port = ports[i] as string;
    const packing = packingOf(node, waveAt(schedule, node.name), interval);
    const wire = builder.input(port, Math.max(1, fieldBits(packing.fields)));
    const elements = packing.fields.map((field, element) => elementOf(node, element, { wire, ...field }));
    const narrow = pack(wiring, elements, pixelFields(node));
    keep(node.name, builder.register(`pixel_${port}`, narrow, false));
    return { name: node.name, port, value: node, packing };
  });

  plan.parts.forEach((part, i) => {
    const label = identifier(`part${i + 1}_${part.name}`).replace(/_$/, "");
    if (!("reads" in part)) {
      const start = schedule.cycles.get(part.source) as number;
      const wave = waveAt(schedule, part.name);
      const apart = periodOf(wave, part.axis);
      const copies = Array.from({ length: part.factor }, (_, j) => at(part.source, start + j * apart));
      const counters = flags.counting(wave, start);
      keep(part.name, enlarge(builder, label, part, copies, apart, counters, wave));
      return;
    }
    const times = schedule.regions.get(part.name) as NonNullable<ReturnType<Schedule["regions"]["get"]>>;
    const circuit = circuits.get(part.name) as RegionCircuit;
    const wave = waveAt(schedule, part.name);
    const gatherer = new Gatherer(builder, label, flags, times, wave);
    const windows = part.reads.map((read, k) => {
      const { value } = read;
      const node = nodes.get(value) as FixedNode;
      const outside = outsideOf(read.outside, node);
      const wire =
        fieldBits(pixelFields(node)) === 0
          ? gatherer.nothing(k)
          : gatherer.gather(k, (cycle) => at(value, cycle), outside);
      return { port: circuit.reads[k] as string, wire };
    });
    const wires = builder.place(label, circuit.module, windows);
    for (const [result, port] of circuit.results) {
      const index = circuit.module.outputs.findIndex((output) => output.name === port);
      // A constant result comes in the module's first cycle.
      const wire = wires[index] as WireId;
      const late = (schedule.cycles.get(result) as number) - builder.cycle(wire);
      keep(result, builder.ahead(`${label}_${port}_constant`, wire, late));
    }
  });

  const marks = flags.counting(beatsWave(interval, interval), schedule.last);
  const outputs = fixed.outputs.map(({ name: output, value }, i) => {
    const node = nodes.get(value) as FixedNode;
    const packing = packingOf(node, waveAt(schedule, value), interval);
    const wire = at(value, schedule.last);
    const elements = pixelFields(node).map((field, element) => elementOf(node, element, { wire, ...field }));
    const port = ports[plan.inputs.length + i] as string;
    return {
      name: output,
      port,
      value: node,
      packing,
      wire: pack(wiring, elements, packing.fields),
    };
  });
  const module = builder.finish(
    name,
    [],
    [
      { name: "out_valid", wire: marks.valid },
      { name: "out_first", wire: marks.first },
      ...outputs.map(({ port, wire }) => ({ name: port, wire })),
    ],
  );
  const lowered = outputs.map(({ wire: _, ...port }) => port);
  return {
    module: { ...module, comment: commentOf(fixed, plan, schedule, inputs, lowered) },
    inputs,
    outputs: lowered,
  };
}

function waveAt(schedule: Schedule, value: string): Wave {
  return schedule.waves.get(value) as Wave;
}

/** Elements side by side; a value without any bits takes one. */
function pack(wiring: Wiring, elements: readonly WiredElement[], fields: readonly Field[]): WireId {
  return wiring.packFields(elements, fields) ?? wiring.constant(0n, 1);
}

function elementOf(node: FixedNode, element: number, at: NonNullable<WiredElement["at"]>): WiredElement {
  const range = atElement(node.ranges, element, channelsOf(node));
  return range.lo === range.hi
    ? { range }
    : { range, at: { wire: at.wire, low: at.low, width: at.width, signed: at.signed } };
}

/** What stands for a pixel outside the image. */
function outsideOf(outside: "zero" | "lowest", node: FixedNode): bigint {
  if (outside === "zero") return 0n;
  return pixelFields(node).reduce(
    (packed, { low, width, range }: NarrowField) => packed | (BigInt.asUintN(width, range.lo) << BigInt(low)),
    0n,
  );
}

/** How an image lies in the beats of a port: elements on the bits of their types. */
function packingOf(
  node: FixedNode,
  { rowPeriod, columnPeriod }: Wave,
  beats: number,
): Extract<PortPacking, { kind: "raster" }> {
  const fields = typeFields(onePixel(node));
  return { kind: "raster", shape: node.shape, axes: [0, 1], rowPeriod, columnPeriod, beats, fields };
}

function commentOf(
  fixed: Fixed,
  { pace }: RasterPlan,
  { last }: Schedule,
  inputs: readonly LoweredPort[],
  outputs: readonly LoweredPort[],
): readonly string[] {
  const where = ({ port, packing }: LoweredPort) => {
    const { rowPeriod, columnPeriod } = packing as Extract<PortPacking, { kind: "raster" }>;
    return `${port}: pixel (row, column) in beat row * ${rowPeriod} + column * ${columnPeriod}, its elements side by side, the first one lowest.`;
  };
  return [
    `Model '${fixed.name}'. An event is ${pace.interval} beats without a gap; in_first marks its first beat, in_valid`,
    "each of them. Between events in_valid may be low.",
    `Latency ${last} cycle${last === 1 ? "" : "s"}, initiation interval ${pace.interval} cycle${pace.interval === 1 ? "" : "s"}.`,
    ...[...inputs, ...outputs].map(where),
  ];
}
