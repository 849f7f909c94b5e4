import { synthesize } from "../../src/cosim/yosys.js";
import type { Resources } from "../../src/estimate/counts.js";
import type { Circuit } from "../../src/ir/circuit/circuit.js";
import type { Target } from "../../src/lower/target.js";
import { withFolder, writeVerilog } from "./firmware.js";

/** What Yosys makes of a circuit's last module. */
export function countedByYosys(circuit: Circuit, target: Target): Promise<Resources> {
  return withFolder(async (folder) => {
    const top = circuit.modules.at(-1)?.name as string;
    const files = writeVerilog(circuit, folder, undefined, target).filter((file) => !file.includes("/sim/"));
    const fabric = target === "generic" ? "7-series" : "ultrascale+";
    const counted = await synthesize({ top, files, fabric, seconds: 60 }, folder);
    if (counted === undefined) throw new Error("Yosys took longer than 60 s");
    return counted;
  });
}
