import type { Circuit, Module, Wire } from "../../src/ir/circuit/circuit.js";
import { verifyCircuit } from "../../src/ir/circuit/verify.js";
import type { ModuleBuilder, Signal } from "../../src/lower/module-builder.js";
import { interpretCircuit, type PortValues } from "../../src/sim/circuit.js";

/** A circuit of one module, verified. */
export function circuitOf(module: Module): Circuit {
  const circuit = { name: module.name, modules: [module] };
  verifyCircuit(circuit);
  return circuit;
}

/** The integer that an output's bits stand for. */
export function outputValue(module: Module, name: string, values: PortValues): bigint {
  const output = module.outputs.find((o) => o.name === name) as Module["outputs"][number];
  const { width, signed } = module.wires[output.wire] as Wire;
  const bits = values[name] as bigint;
  return signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
}

/** A combinational module as a function from its inputs to its only output's value. */
export function combinational(module: Module): (inputs: PortValues) => bigint {
  const interpreter = interpretCircuit(circuitOf(module));
  const name = module.outputs[0]?.name as string;
  return (inputs) => outputValue(module, name, interpreter.step(inputs, false));
}

/** A signal of `width` bits read from an input port of its own, with the bounds `range`. */
export function inputSignal(
  builder: ModuleBuilder,
  name: string,
  width: number,
  range: { readonly lo: bigint; readonly hi: bigint },
): Signal {
  return builder.slice(builder.input(name, width), 0, range, "x");
}

/** The same circuit with one wire of one module changed. */
export function editWire(circuit: Circuit, module: number, wire: number, edit: (w: Wire) => Wire): Circuit {
  const modules = circuit.modules.map((m, i) =>
    i === module ? { ...m, wires: m.wires.map((w, k) => (k === wire ? edit(w) : w)) } : m,
  );
  return { ...circuit, modules };
}
