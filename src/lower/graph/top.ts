import type { Module, WireId } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { atElement } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { isMovement, movementSources } from "../../ir/movement.js";
import { fieldBits, typeFields } from "../fields.js";
import type { LoweredPort } from "../lowered.js";
import { identifier, portIdentifiers } from "../names.js";
import type { PortPacking } from "../packing.js";
import { type WiredElement, Wiring } from "../parallel/wiring.js";
import { channelsOf } from "../pointwise.js";
import type { RegionCircuit } from "../region.js";
import { Delayed } from "../waves/delays.js";
import { Flags } from "../waves/flags.js";
import { beatsWave } from "../waves/wave.js";
import { CHOICE } from "./choose-turn.js";
import { type ExchangeBuild, type PlacedStore, placeGather, placeScatter } from "./exchange.js";
import type { Membership } from "./families.js";
import { elementsOf, packLanes } from "./lanes.js";
import { type Beats, waveOf } from "./pace.js";
import { type PlacedUnit, placeUnit, type UnitBuild } from "./place-unit.js";
import type { Exchange, GraphPlan, Region, View } from "./plan.js";
import type { ExchangeTimes, Schedule } from "./schedule.js";
import type { Store } from "./stores.js";
import { isShared, type Member, type Unit } from "./units.js";

/** What the top module is made of. */
export interface Build {
  readonly name: string;
  readonly fixed: Fixed;
  readonly plan: GraphPlan;
  readonly schedule: Schedule;
  readonly interval: number;
  readonly beatsAt: (membership: Membership) => Beats;
  readonly units: readonly Unit[];
  readonly stores: readonly Store[];
  readonly circuits: ReadonlyMap<Unit, RegionCircuit>;
}

/** The top module and its data ports. */
export interface Top {
  readonly module: Module;
  readonly inputs: readonly LoweredPort[];
  readonly outputs: readonly LoweredPort[];
}

/**
 * The top module: copies of the regions' modules, memories in which items are exchanged, and memories in which items wait. A
 * value is a wire with the items of a beat side by side.
 */
export function buildTop(build: Build): Top {
  const { fixed, plan, schedule, interval, units, stores } = build;
  const wiring = new Wiring();
  const { builder } = wiring;
  const nodes = nodesByName(fixed);
  const ports = portIdentifiers(plan.inputs, fixed.outputs);
  const flags = new Flags(builder, builder.eventFlags().first, interval);
  const formOf = (value: string) => plan.forms.get(value) as FixedNode;
  const beatsOf = (value: string) => build.beatsAt(plan.members.get(value) as Membership);
  const values = new Map<string, Delayed>();
  const keep = (value: string, wire: WireId | undefined) => {
    if (wire === undefined) return;
    const cycle = schedule.cycles.get(value) as number;
    const known = { wire, cycle, wave: waveOf(beatsOf(value), interval) };
    const needs = schedule.needs.get(value) ?? [];
    values.set(
      value,
      new Delayed(builder, flags, interval, { name: `v${values.size + 1}`, ...known, needs }),
    );
  };
  const copies = new Map<Unit, PlacedUnit>();
  const memories = new Map<Store, PlacedStore>();
  /** The elements of an item of a value in a lane. */
  const elements = (value: string, cycle: number, lane: number): readonly WiredElement[] =>
    elementsOf(formOf(value), values.get(value)?.at(cycle), lane);

  const inputs = plan.inputs.map((node, i): LoweredPort => {
    const port = ports[i] as string;
    const packing = itemPacking(build, node);
    const { lanes } = beatsOf(node.name);
    const width = fieldBits(packing.fields);
    const wire = builder.input(port, Math.max(1, lanes * width));
    const form = formOf(node.name);
    const narrow = packLanes(wiring, lanes, form, (lane) =>
      packing.fields.map((field, element) => ({
        range: atElement(form.ranges, element, channelsOf(form)),
        at: { wire, ...field, low: lane * width + field.low },
      })),
    );
    keep(node.name, narrow === undefined ? undefined : builder.register(`items_${port}`, narrow, false));
    return { name: node.name, port, value: node, packing };
  });

  plan.parts.forEach((part, i) => {
    const label = identifier(`part${i + 1}_${part.name}`).replace(/_$/, "");
    switch (part.kind) {
      case "view":
        keep(part.name, placeView(part, beatsOf(part.name).lanes));
        return;
      case "region": {
        const unit = units.find(({ members }) => members.some(({ region }) => region === part)) as Unit;
        const placed = copies.get(unit) ?? placeUnit(wiring, unitBuild(unit, label, part));
        copies.set(unit, placed);
        const member = unit.members.find(({ region }) => region === part) as Member;
        for (const result of part.results) {
          const cycle = schedule.cycles.get(result) as number;
          keep(result, placed.result(member, result, formOf(result), cycle));
        }
        return;
      }
      default: {
        const store = stores.find(({ members }) => members.includes(part)) as Store;
        const placed = memories.get(store) ?? placeStore(store, label);
        memories.set(store, placed);
        keep(part.name, placed.result(store.members.indexOf(part)));
      }
    }
  });

  for (const placed of copies.values()) placed.connect(flags);
  for (const placed of memories.values()) placed.connect();

  const marks = flags.counting(beatsWave(interval, interval), schedule.last);
  const outputs = fixed.outputs.map(({ name: output, value }, i) => {
    const node = nodes.get(value) as FixedNode;
    const packing = itemPacking(build, node);
    const { lanes } = beatsOf(value);
    const items = Array.from({ length: lanes }, (_, lane) => elements(value, schedule.last, lane));
    const fields = items.flatMap(() => packing.fields);
    const wire = wiring.packFields(items.flat(), fields) ?? wiring.constant(0n, 1);
    return { name: output, port: ports[plan.inputs.length + i] as string, value: node, packing, wire };
  });
  const module = builder.finish(
    build.name,
    [],
    [
      { name: "out_valid", wire: marks.valid },
      { name: "out_first", wire: marks.first },
      ...outputs.map(({ port, wire }) => ({ name: port, wire })),
    ],
  );
  const lowered = outputs.map(({ wire: _, ...port }) => port);
  return { module: { ...module, comment: commentOf(build, inputs, lowered) }, inputs, outputs: lowered };

  function unitBuild(unit: Unit, label: string, region: Region): UnitBuild {
    const startOf = ({ region: { name } }: Member) => schedule.starts.get(name) as number;
    const circuit = build.circuits.get(unit) as RegionCircuit;
    return { ...build.beatsAt({ ...region, axis: 0 }), label, unit, circuit, interval, startOf, elements };
  }

  function placeStore(store: Store, label: string): PlacedStore {
    const choice = store.members.length > 1 ? CHOICE : 0;
    const members = store.members.map(({ kind, name, reads: [rows, index] }): ExchangeBuild => {
      const times = schedule.exchanges.get(name) as ExchangeTimes;
      const { push, pop } = times;
      const indexCycle = (kind === "scatter" ? push : pop) - choice;
      return {
        times,
        result: { form: formOf(name), ...beatsOf(name) },
        index: { form: formOf(index), ...beatsOf(index), at: (lane) => elements(index, indexCycle, lane) },
        rows: {
          form: formOf(rows),
          ...(kind === "scatter" ? beatsOf(index) : beatsOf(rows)),
          at: (lane) => elements(rows, push - choice, lane),
        },
      };
    });
    const placed = { label, interval, banks: schedule.banks.get(store) as number, members };
    const [{ name }] = store.members as readonly [Exchange];
    const node = nodes.get(name);
    if (node?.op === "scatter") return placeScatter(wiring, flags, placed, node.kind);
    return placeGather(wiring, flags, placed);
  }

  function placeView({ name, reads }: View, lanes: number): WireId | undefined {
    const form = formOf(name);
    if (!isMovement(form)) return undefined;
    const { input, element } = movementSources(
      form,
      reads.map((read) => formOf(read).shape),
    );
    const cycle = schedule.cycles.get(name) as number;
    return packLanes(wiring, lanes, form, (lane) => {
      const sources = reads.map((read) => elements(read, cycle, lane));
      return Array.from(
        input,
        (from, k): WiredElement => sources[from]?.[element[k] as number] ?? { range: { lo: 0n, hi: 0n } },
      );
    });
  }
}

/** How the items of a value lie in the beats of a port: elements on the bits of their types. */
function itemPacking(
  { plan, interval, beatsAt }: Build,
  node: FixedNode,
): Extract<PortPacking, { kind: "items" }> {
  const membership = plan.members.get(node.name) as Membership;
  const form = plan.forms.get(node.name) as FixedNode;
  const { axis } = membership;
  const { lanes } = beatsAt(membership);
  return {
    kind: "items",
    shape: node.shape,
    ...(axis !== undefined && { axis }),
    lanes,
    beats: interval,
    fields: typeFields(form),
  };
}

function commentOf(
  { fixed, schedule, interval, plan, beatsAt, units }: Build,
  inputs: readonly LoweredPort[],
  outputs: readonly LoweredPort[],
): readonly string[] {
  const where = ({ port, value }: LoweredPort) => {
    const membership = plan.members.get(value.name) as Membership;
    const { items, lanes, beats } = beatsAt(membership);
    if (membership.axis === undefined) return `${port}: the whole value in the first beat.`;
    return `${port}: ${items} items, ${lanes} a beat in the first ${beats} beat${beats === 1 ? "" : "s"}, side by side, the first one lowest.`;
  };
  return [
    `Model '${fixed.name}'. An event is ${interval} beat${interval === 1 ? "" : "s"} without a gap; in_first marks its first beat, in_valid`,
    "each of them. Between events in_valid may be low.",
    ...(units.some(isShared)
      ? [
          `From one event to the next it is ${interval} clocks or a multiple of that: parts of the network take turns.`,
        ]
      : []),
    `Latency ${schedule.last} cycle${schedule.last === 1 ? "" : "s"}, initiation interval ${interval} cycle${interval === 1 ? "" : "s"}.`,
    ...[...inputs, ...outputs].map(where),
  ];
}
