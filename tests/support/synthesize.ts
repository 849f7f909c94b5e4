import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { synthesize } from "../../src/cosim/yosys.js";
import type { Resources } from "../../src/estimate/counts.js";
import type { Circuit } from "../../src/ir/circuit/circuit.js";
import type { Target } from "../../src/lower/target.js";
import { withFolder, writeVerilog } from "./firmware.js";

/** What Yosys makes of the last module of each circuit, all in one run; names of modules must differ. */
export function countedByYosys(
  circuits: readonly Circuit[],
  target: Target,
  dsp = false,
): Promise<ReadonlyMap<string, Resources>> {
  return withFolder(async (folder) => {
    const files = circuits.flatMap((circuit) => writeVerilog(circuit, folder, undefined, target));
    const blocks = circuits.map(({ modules }) => modules.at(-1)?.name as string);
    const all = join(folder, "all.v");
    writeFileSync(
      all,
      `module all; ${blocks.map((name) => `(* keep *) ${name} i_${name}();`).join(" ")} endmodule\n`,
    );
    const counted = await synthesize(
      {
        ...{ top: "all", blocks, dsp, fabric: target === "generic" ? "7-series" : "ultrascale+" },
        files: [...new Set([...files, all])].filter((file) => !file.includes("/sim/")),
      },
      folder,
      120,
    );
    if (counted === undefined) throw new Error("Yosys took longer than 120 s");
    return counted;
  });
}
