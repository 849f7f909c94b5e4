import { type Circuit, clocking } from "../../ir/circuit/circuit.js";
import { writeModule } from "./module.js";

/** A file of the firmware. */
export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** Circuit → Verilog-2005: one file for each module, in the order of the circuit (a module after those it uses). */
export function emitVerilog(circuit: Circuit): readonly EmittedFile[] {
  const clocks = clocking(circuit);
  return circuit.modules.map((module) => ({ name: `${module.name}.v`, text: writeModule(module, clocks) }));
}

/** The templates under templates/verilog/ that a circuit instantiates. */
export function templatesOf(circuit: Circuit): readonly string[] {
  const windows = circuit.modules.some(({ instances }) => instances.some(({ of }) => "window" in of));
  return windows ? ["l1c_window.v"] : [];
}
