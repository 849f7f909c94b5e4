import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { synthesize } from "../../../src/cosim/yosys.js";
import type { Resources } from "../../../src/estimate/counts.js";
import { estimateResources } from "../../../src/estimate/resources.js";
import type { Circuit } from "../../../src/ir/circuit/circuit.js";
import type { GatherParameters } from "../../../src/ir/circuit/primitives/gather.js";
import type { ScatterParameters } from "../../../src/ir/circuit/primitives/scatter.js";
import { withFolder, writeVerilog } from "../../support/firmware.js";
import { gatherCircuit, scatterCircuit } from "../../support/primitives.js";
import { hasTool } from "../../support/tools.js";

const GATHERED: GatherParameters = {
  bits: 12,
  items: 28,
  lanes: 4,
  ports: 4,
  indexBits: 5,
  reads: 14,
  banks: 2,
};

const SCATTERED: ScatterParameters = {
  bits: 8,
  signed: 1,
  sumBits: 10,
  outBits: 12,
  maximum: 0,
  lanes: 4,
  beats: 7,
  items: 28,
  outLanes: 4,
  indexBits: 5,
  banks: 2,
};

const TABLES: readonly Circuit[] = [
  gatherCircuit({ ...GATHERED, ports: 2 }),
  gatherCircuit({ ...GATHERED, items: 7, lanes: 7, ports: 1, indexBits: 3 }),
  gatherCircuit({ ...GATHERED, items: 448, indexBits: 9, ports: 1 }),
  scatterCircuit({ ...SCATTERED, lanes: 2 }),
  scatterCircuit({ ...SCATTERED, items: 5, indexBits: 3, outLanes: 5, lanes: 2 }),
  scatterCircuit({ ...SCATTERED, maximum: 1, lanes: 2, banks: 1 }),
  ...(process.env.SLOW === "1"
    ? [
        gatherCircuit({ ...GATHERED, lanes: 28, ports: 8 }),
        gatherCircuit({ ...GATHERED, lanes: 28, banks: 1 }),
        gatherCircuit({ ...GATHERED, items: 128, lanes: 16, indexBits: 8 }),
        gatherCircuit({ ...GATHERED, items: 448, indexBits: 9, ports: 32 }),
        scatterCircuit({ ...SCATTERED, signed: 0, banks: 1 }),
        scatterCircuit({ ...SCATTERED, sumBits: 8, outBits: 8 }),
        scatterCircuit({ ...SCATTERED, maximum: 1 }),
        scatterCircuit({ ...SCATTERED, items: 128, indexBits: 8, outLanes: 8, lanes: 16 }),
        scatterCircuit({ ...SCATTERED, items: 448, indexBits: 9, lanes: 2 }),
        scatterCircuit({ ...SCATTERED, lanes: 16, outLanes: 28, signed: 0 }),
        scatterCircuit({ ...SCATTERED, outLanes: 28, maximum: 1, banks: 1, beats: 1 }),
      ]
    : []),
].map(({ modules }, i) => {
  const name = `part${i}`;
  return { name, modules: modules.map((module) => ({ ...module, name })) };
});

/** How far off the estimate may be; in one row of maxima, masks stand before a comparison, and Yosys saves a level of logic. */
const offOf = ({ modules }: Circuit) =>
  modules[0]?.instances.some(
    ({ of }) => "scatter" in of && of.scatter.maximum === 1 && of.scatter.outLanes === of.scatter.items,
  )
    ? 0.2
    : 0.1;
/** Counters of a few bits are counted by a rule of thumb. */
const FEW = 12;

describe.runIf(hasTool("yosys", "-V"))("the estimate of gathers and scatters", () => {
  it("is what Yosys finds", { timeout: 900_000 }, () =>
    withFolder(async (folder) => {
      const files = [...new Set(TABLES.flatMap((circuit) => writeVerilog(circuit, folder)))];
      const places = TABLES.map(({ name }) => `(* keep *) ${name} the_${name} ();`);
      writeFileSync(join(folder, "parts.v"), ["module parts;", ...places, "endmodule", ""].join("\n"));
      const found = await synthesize(
        {
          top: "parts",
          blocks: TABLES.map(({ name }) => name),
          files: [...files, join(folder, "parts.v")],
          fabric: "ultrascale+",
        },
        folder,
        850,
      );
      for (const circuit of TABLES) {
        const estimated = estimateResources(circuit).get(circuit.name) as Resources;
        const counted = found?.get(circuit.name) as Resources;
        const where = JSON.stringify(circuit.modules[0]?.instances.map(({ of }) => of));
        for (const key of ["lut", "ff"] as const)
          expect(Math.abs(estimated[key] - counted[key]), `${key} of ${where}`).toBeLessThanOrEqual(
            offOf(circuit) * counted[key] + FEW,
          );
        expect(estimated.bram, where).toBe(counted.bram);
      }
    }),
  );
});
