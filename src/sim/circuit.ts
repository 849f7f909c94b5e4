import {
  type CellOf,
  type Circuit,
  type Instance,
  type Module,
  offsetOf,
  type Wire,
  type WireId,
} from "../ir/circuit/circuit.js";
import { lookUp, type PrimitiveTable } from "../ir/circuit/primitives/index.js";
import { FlagInterpreter } from "./circuit/flag.js";
import { GatherInterpreter } from "./circuit/gather.js";
import type { CircuitInterpreter, PortValues } from "./circuit/interpreter.js";
import { LineInterpreter } from "./circuit/line.js";
import { RasterInterpreter } from "./circuit/raster.js";
import { ScatterInterpreter } from "./circuit/scatter.js";
import { WindowInterpreter } from "./circuit/window.js";

export type { CircuitInterpreter, PortValues } from "./circuit/interpreter.js";

/**
 * The plainest cycle interpreter of the Circuit language, over BigInt: the oracle for the emitted Verilog where no
 * Verilog simulator is wanted. Registers start at 0.
 */
export function interpretCircuit(circuit: Circuit): CircuitInterpreter {
  const modules = new Map(circuit.modules.map((module) => [module.name, module]));
  return new ModuleInterpreter(circuit.modules.at(-1) as Module, modules);
}

const PRIMITIVE_INTERPRETERS: PrimitiveTable<CircuitInterpreter> = {
  window: (window) => new WindowInterpreter(window),
  line: (line) => new LineInterpreter(line),
  raster: (raster) => new RasterInterpreter(raster),
  flag: (flag) => new FlagInterpreter(flag),
  gather: (gather) => new GatherInterpreter(gather),
  scatter: (scatter) => new ScatterInterpreter(scatter),
};

class ModuleInterpreter implements CircuitInterpreter {
  private readonly module: Module;
  private readonly children: readonly CircuitInterpreter[];
  /** What each register shows in this clock, by wire. */
  private state: ReadonlyMap<WireId, bigint> = new Map();

  constructor(module: Module, modules: ReadonlyMap<string, Module>) {
    this.module = module;
    this.children = module.instances.map(({ of }) =>
      "module" in of
        ? new ModuleInterpreter(modules.get(of.module) as Module, modules)
        : lookUp(PRIMITIVE_INTERPRETERS, of),
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
      case "dspout":
      case "ramout":
        return at(cell.a);
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
      case "ahead":
        return at(cell.source);
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
