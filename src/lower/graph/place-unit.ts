import type { WireId } from "../../ir/circuit/circuit.js";
import type { FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import type { WiredElement, Wiring } from "../parallel/wiring.js";
import type { RegionCircuit } from "../region.js";
import type { Flags } from "../waves/flags.js";
import { type Bringing, CHOICE, chooseTurn } from "./choose-turn.js";
import { bitsOfItem, elementsOf, packLanes } from "./lanes.js";
import { type Beats, waveOf } from "./pace.js";
import { isShared, type Member, type Unit } from "./units.js";

/** What places copies of a unit's module. */
export interface UnitBuild extends Beats {
  readonly label: string;
  readonly unit: Unit;
  readonly circuit: RegionCircuit;
  readonly interval: number;
  /** When a region takes its first items. */
  readonly startOf: (member: Member) => number;
  /** The elements of an item of a value in a cycle, in a lane. */
  readonly elements: (value: string, cycle: number, lane: number) => readonly WiredElement[];
}

/** Copies of a unit's module in the top module. */
export interface PlacedUnit {
  /** The wire of a member's result, `form` being one of its items, and the cycle in which it carries the first of them. */
  result(member: Member, name: string, form: FixedNode, cycle: number): WireId | undefined;
  /** Brings the inputs of all members to the copies, once all of them are there. */
  connect(flags: Flags): void;
}

/**
 * Places as many copies of a unit's module as items come in a clock. The copies of a unit of one region read the values
 * themselves; where several take turns, a register of the one whose turn it is. These registers read wires that may depend on
 * the copies' own results.
 */
export function placeUnit(wiring: Wiring, build: UnitBuild): PlacedUnit {
  const { builder } = wiring;
  const { label, unit, circuit, lanes, elements, startOf } = build;
  const { graph, members } = unit;
  const first = members.toSorted((a, b) => startOf(a) - startOf(b))[0] as Member;
  const start = startOf(first);
  const registers = graph.inputs.map((form, k) => {
    const bits = bitsOfItem(form);
    return isShared(unit) && bits > 0
      ? builder.feedback(`${label}_${circuit.reads[k]}`, lanes * bits, start)
      : undefined;
  });
  const input = (form: FixedInput, k: number, lane: number): WireId => {
    const register = registers[k];
    const bits = bitsOfItem(form);
    if (register !== undefined && lanes === 1) return register.wire;
    if (register !== undefined) return builder.slice(wiring.fresh("s"), register.wire, lane * bits, bits);
    const read = first.region.reads[k];
    const item =
      bits === 0 ? undefined : packLanes(wiring, 1, form, () => elements(read as string, start, lane));
    return item ?? wiring.constant(0n, 1);
  };
  const copies = Array.from({ length: lanes }, (_, lane) => {
    const inputs = graph.inputs.map((form, k) => ({
      port: circuit.reads[k] as string,
      wire: input(form, k, lane),
    }));
    return builder.place(`${label}_lane${lane}`, circuit.module, inputs, start);
  });
  const results = new Map<string, WireId>();

  return {
    result: (member, name, form, cycle) => {
      if (bitsOfItem(form) === 0) return undefined;
      const own = graph.results.find((result) => result.name === member.results.get(name)) as FixedNode;
      const port = circuit.results.get(own.name) as string;
      const index = circuit.module.outputs.findIndex((output) => output.name === port);
      const wires = copies.map((outputs) => outputs[index] as WireId);
      const known = results.get(port);
      const together = known ?? builder.concat(`${label}_${port}`, wires);
      results.set(port, together);
      // A region's values may be narrower than those of all that take turns.
      const wire = packLanes(wiring, lanes, form, (lane) => elementsOf(own, together, lane));
      if (wire === undefined) return undefined;
      // In its own turn; and what is the same in every cycle, which a module gives at once, in the cycle that is promised.
      return builder.ahead(wiring.fresh(`${label}_turn`), wire, cycle - builder.cycle(wire));
    },
    connect: (flags) => {
      registers.forEach((register, k) => {
        if (register === undefined) return;
        register.drive(choice(wiring, flags, build, graph.inputs[k] as FixedInput, k, start));
      });
    },
  };
}

/** The wire that carries input `k` of the region whose turn it is. */
function choice(
  wiring: Wiring,
  flags: Flags,
  build: UnitBuild,
  form: FixedInput,
  k: number,
  start: number,
): WireId {
  const { label, unit, lanes, interval, startOf, elements } = build;
  const turns = unit.members.flatMap((member): readonly Bringing[] => {
    const read = member.region.reads[k];
    if (read === undefined) return [];
    const begin = startOf(member);
    const brings = begin - CHOICE;
    const wire = packLanes(wiring, lanes, form, (lane) => elements(read, brings, lane)) as WireId;
    return [{ begin, wire, valid: () => flags.counting(waveOf(build, interval), brings).valid }];
  });
  return chooseTurn(wiring.builder, `${label}_i${k}`, turns, start);
}
