import { addersOf } from "../../ir/circuit/adders.js";
import { type Circuit, clocking } from "../../ir/circuit/circuit.js";
import { PRIMITIVE_NAMES, primitiveModule, primitiveName } from "../../ir/circuit/primitives/index.js";
import type { Target } from "../../lower/target.js";
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

/** A hand-written file that a circuit instantiates. */
export interface Template {
  /** Its path under templates/verilog/. */
  readonly template: string;
  /** Its path beside the emitted modules. What is under `sim/` is for simulators only: synthesis tools have their own. */
  readonly name: string;
}

/** The templates that a circuit instantiates, in the form of the target. */
export function templatesOf(circuit: Circuit, target: Target): readonly Template[] {
  const placed = circuit.modules.flatMap(({ instances }) => instances.map(({ of }) => of));
  const used = new Set(placed.flatMap((of) => ("module" in of ? [] : [primitiveName(of)])));
  const primitives = PRIMITIVE_NAMES.filter((name) => used.has(name)).map((name): Template => {
    const file = `${primitiveModule(name)}.v`;
    return { template: file, name: file };
  });
  const adders = circuit.modules.some((module) => addersOf(module).size > 0);
  return [...primitives, ...(adders ? ADDERS[target] : [])];
}

const ADDERS: Readonly<Record<Target, readonly Template[]>> = {
  generic: [{ template: "l1c_add3.v", name: "l1c_add3.v" }],
  ultrascale: [
    { template: "ultrascale/l1c_add3.v", name: "l1c_add3.v" },
    { template: "sim/LUT6_2.v", name: "sim/LUT6_2.v" },
    { template: "sim/CARRY8.v", name: "sim/CARRY8.v" },
  ],
};
