import {
  type CellOf,
  type Circuit,
  type Instance,
  type Module,
  offsetOf,
  type WindowParameters,
  type Wire,
  type WireId,
  windowLatency,
} from "../ir/circuit/circuit.js";

/** The values of a module's ports in one clock. */
export type PortValues = Readonly<Record<string, bigint>>;

/** A clocked circuit. `step` takes the inputs of one clock, returns the outputs of that clock, then ticks. */
export interface CircuitInterpreter {
  step(inputs: PortValues, reset: boolean): PortValues;
}

/**
 * The plainest cycle interpreter of the Circuit language, over BigInt: the oracle for the emitted Verilog where no
 * Verilog simulator is wanted. Registers start at 0.
 */
export function interpretCircuit(circuit: Circuit): CircuitInterpreter {
  const modules = new Map(circuit.modules.map((module) => [module.name, module]));
  return new ModuleInterpreter(circuit.modules.at(-1) as Module, modules);
}

class ModuleInterpreter implements CircuitInterpreter {
  private readonly module: Module;
  private readonly children: readonly CircuitInterpreter[];
  /** What each register shows in this clock, by wire. */
  private state: ReadonlyMap<WireId, bigint> = new Map();

  constructor(module: Module, modules: ReadonlyMap<string, Module>) {
    this.module = module;
    this.children = module.instances.map(({ of }) =>
      "window" in of
        ? new WindowInterpreter(of.window)
        : new ModuleInterpreter(modules.get(of.module) as Module, modules),
    );
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const { wires, outputs } = this.module;
    const values: bigint[] = [];
    const stepped = new Map<number, PortValues>();
    wires.forEach((wire, id) => {
      values[id] = asWire(wire, this.evaluate(wire, id, values, inputs, stepped, reset));
    });
    this.state = new Map(
      wires.flatMap(({ cell }, id) =>
        cell.op === "register"
          ? [[id, cell.reset && reset ? 0n : (values[cell.source] as bigint)] as const]
          : [],
      ),
    );
    return Object.fromEntries(
      outputs.map(({ name, wire }) => [name, bits(values[wire] as bigint, wires[wire] as Wire)]),
    );
  }

  private evaluate(
    wire: Wire,
    id: WireId,
    values: readonly bigint[],
    inputs: PortValues,
    stepped: Map<number, PortValues>,
    reset: boolean,
  ): bigint {
    const { cell } = wire;
    const at = (operand: WireId) => values[operand] as bigint;
    switch (cell.op) {
      case "input":
        return inputs[wire.name] as bigint;
      case "constant":
        return cell.value;
      case "slice":
        return at(cell.source) >> BigInt(cell.low);
      case "concat":
        return this.concat(cell, values);
      case "add":
        return (at(cell.a) << BigInt(cell.shiftA)) + (at(cell.b) << BigInt(cell.shiftB));
      case "sub":
        return (at(cell.a) << BigInt(cell.shiftA)) - (at(cell.b) << BigInt(cell.shiftB));
      case "add3": {
        const b = at(cell.b) << BigInt(cell.shiftB);
        const c = at(cell.c) << BigInt(cell.shiftC);
        return (at(cell.a) << BigInt(cell.shiftA)) + (cell.negateB ? -b : b) + (cell.negateC ? -c : c);
      }
      case "mul":
        return at(cell.a) * at(cell.b);
      case "offset": {
        const a = at(cell.a);
        return (cell.negate ? -a : a) + offsetOf(this.module.wires[cell.a] as Wire, cell.negate);
      }
      case "shift":
        return cell.by >= 0 ? at(cell.a) << BigInt(cell.by) : at(cell.a) >> BigInt(-cell.by);
      case "atleast":
        return at(cell.a) >= cell.level ? 1n : 0n;
      case "mux":
        return at(cell.select) === 1n ? at(cell.yes) : at(cell.no);
      case "choose":
        return at(cell.options[Number(at(cell.index))] as WireId);
      case "table":
        return cell.entries[Number(at(cell.index))] as bigint;
      case "register":
        return this.state.get(id) ?? 0n;
      case "port":
        return this.instanceOutputs(cell.instance, values, stepped, reset)[cell.port] as bigint;
    }
  }

  private concat(cell: CellOf<"concat">, values: readonly bigint[]): bigint {
    return cell.parts.reduceRight((packed, part) => {
      const wire = this.module.wires[part] as Wire;
      return (packed << BigInt(wire.width)) | bits(values[part] as bigint, wire);
    }, 0n);
  }

  /** Steps an instance once in a clock: all its inputs come before its first output. */
  private instanceOutputs(
    index: number,
    values: readonly bigint[],
    stepped: Map<number, PortValues>,
    reset: boolean,
  ): PortValues {
    const known = stepped.get(index);
    if (known !== undefined) return known;
    const instance = this.module.instances[index] as Instance;
    const inputs = Object.fromEntries(
      instance.inputs.map(({ port, wire }) => [
        port,
        bits(values[wire] as bigint, this.module.wires[wire] as Wire),
      ]),
    );
    const outputs = (this.children[index] as CircuitInterpreter).step(inputs, reset);
    stepped.set(index, outputs);
    return outputs;
  }
}

/** A beat in the window buffer; undefined data are those before the first clock. */
interface HeldBeat {
  readonly valid: boolean;
  readonly first: boolean;
  readonly data: bigint;
}

/** The window buffer from its specification: a list of beats, newest first. */
class WindowInterpreter implements CircuitInterpreter {
  private readonly window: WindowParameters;
  private readonly centre: number;
  private beats: readonly HeldBeat[];

  constructor(window: WindowParameters) {
    this.window = window;
    this.centre = windowLatency(window) - 1;
    const depth = this.centre + Math.ceil(window.before / window.columns) + 1;
    this.beats = Array.from({ length: depth }, () => ({ valid: false, first: false, data: 0n }));
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const centre = this.beats[this.centre] as HeldBeat;
    const outputs = {
      out_valid: centre.valid ? 1n : 0n,
      out_first: centre.first ? 1n : 0n,
      out_data: this.columns(),
    };
    const valid = inputs.in_valid === 1n;
    const beat = { valid, first: valid && inputs.in_first === 1n, data: inputs.in_data as bigint };
    const cleared = reset ? this.beats.map(({ data }) => ({ valid: false, first: false, data })) : this.beats;
    const next = reset ? { ...beat, valid: false, first: false } : beat;
    this.beats = [next, ...cleared.slice(0, -1)];
    return outputs;
  }

  private columns(): bigint {
    const { bits: width, columns, last, before, after } = this.window;
    const start = this.eventStart();
    const end = this.eventEnd();
    let packed = 0n;
    for (let q = columns + after - 1; q >= -before; q--) {
      const distance = Math.floor(q / columns);
      const place = q - distance * columns;
      const age = this.centre - distance;
      const beyond = last < columns && age === end && place >= last;
      const inside = age <= start && age >= end && !beyond;
      const data = this.beats[age]?.data ?? 0n;
      const column = inside ? (data >> BigInt(place * width)) & ((1n << BigInt(width)) - 1n) : 0n;
      packed = (packed << BigInt(width)) | column;
    }
    return packed;
  }

  /** The age of the oldest held beat of the centre's event. */
  private eventStart(): number {
    let age = this.centre;
    while (!this.beats[age]?.first && this.beats[age + 1]?.valid) age++;
    return age;
  }

  /** The age of the last beat of the centre's event; −1 when it has not come yet. */
  private eventEnd(): number {
    let age = this.centre;
    while (age > 0) {
      const next = this.beats[age - 1] as HeldBeat;
      if (!next.valid || next.first) return age;
      age--;
    }
    return -1;
  }
}

function bits(value: bigint, wire: Wire): bigint {
  return BigInt.asUintN(wire.width, value);
}

/**
 * The value that a wire's bits show. In idle clocks inputs are arbitrary and need not respect the proven ranges, so a
 * result may lose bits, as it does in hardware.
 */
function asWire(wire: Wire, value: bigint): bigint {
  return wire.signed ? BigInt.asIntN(wire.width, value) : BigInt.asUintN(wire.width, value);
}
