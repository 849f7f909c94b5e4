import type { Circuit } from "../ir/circuit/circuit.js";
import type { Target } from "../lower/target.js";
import type { Resources } from "./counts.js";
import { TechnologyMapper } from "./map.js";

/**
 * Estimates what synthesis makes of every module of a circuit, instances included, by module name. Each module is mapped as
 * if it stood alone; the last one is the whole firmware. `target` is the form of the primitives in its Verilog.
 */
export function estimateResources(
  circuit: Circuit,
  target: Target = "ultrascale",
): ReadonlyMap<string, Resources> {
  const mapper = new TechnologyMapper(circuit, target);
  return new Map(circuit.modules.map((module) => [module.name, mapper.resources(module)]));
}
