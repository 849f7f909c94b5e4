import { type Circuit, clocking } from "../../ir/circuit/circuit.js";
import { PRIMITIVE_NAMES, primitiveModule, primitiveName } from "../../ir/circuit/primitives.js";
import { writeModule } from "./module.js";

/** A file of the firmware. */
export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

/** Circuit → Verilog-2005: one file for each module, in the order of the circuit (a module after those it uses). */
export function emitVerilog(circuit: Circuit): readonly EmittedFile[] {
  const clocks = clocking(circuit);
  const repeated = repeatedModules(circuit);
  return circuit.modules.map((module) => ({
    name: `${module.name}.v`,
    text: writeModule(module, clocks, repeated.has(module.name)),
  }));
}

/** The modules that are instantiated more than once somewhere. */
function repeatedModules(circuit: Circuit): ReadonlySet<string> {
  const repeated = new Set<string>();
  for (const { instances } of circuit.modules) {
    const seen = new Set<string>();
    for (const { of } of instances) {
      if (!("module" in of)) continue;
      if (seen.has(of.module)) repeated.add(of.module);
      seen.add(of.module);
    }
  }
  return repeated;
}

/** The templates under templates/verilog/ that a circuit instantiates. */
export function templatesOf(circuit: Circuit): readonly string[] {
  const placed = circuit.modules.flatMap(({ instances }) => instances.map(({ of }) => of));
  const names = placed.flatMap((of) => ("module" in of ? [] : [primitiveName(of)]));
  return PRIMITIVE_NAMES.filter((name) => names.includes(name)).map((name) => `${primitiveModule(name)}.v`);
}
