import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagePath } from "../../src/cli/package.js";
import type { Comparison } from "../../src/cosim/compare.js";
import { contractOf, cosimulate } from "../../src/cosim/cosimulate.js";
import { buildSimulator, type SimulatorName } from "../../src/cosim/simulators.js";
import { estimateResources } from "../../src/estimate/resources.js";
import { emitVerilog, templatesOf } from "../../src/hls-emit/verilog/index.js";
import { type Circuit, resetClocks } from "../../src/ir/circuit/circuit.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import type { Lowered, LoweredPort } from "../../src/lower/lowered.js";
import { packingWidth } from "../../src/lower/packing.js";
import type { Target } from "../../src/lower/target.js";
import { type ExpectedEvents, randomEvents } from "./stream.js";

/** Runs `use` with a new empty folder, which is removed afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "l1c-test-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the Verilog of a circuit; returns the paths, the templates last. `edit` may change a file's text. */
export function writeVerilog(
  circuit: Circuit,
  folder: string,
  edit: (name: string, text: string) => string = (_, text) => text,
  target: Target = "generic",
): readonly string[] {
  const own = emitVerilog(circuit).map(({ name, text }) => {
    const path = join(folder, name);
    writeFileSync(path, edit(name, text));
    return path;
  });
  const templates = templatesOf(circuit, target).map(({ template }) => template);
  return [...own, ...templates.map((name) => packagePath(`templates/verilog/${name}`))];
}

/** Events, random ones or others, through a real Verilog simulator, compared with the reference simulator. */
export function compareByVerilog(
  fixed: Fixed,
  lowered: Lowered,
  options: {
    readonly simulator: SimulatorName;
    readonly count: number;
    readonly seed: number;
    /** In the place of `count` random events, these. */
    readonly events?: ExpectedEvents;
    readonly edit?: (name: string, text: string) => string;
    /** The LUTs that decide how Verilator builds; by default the estimate, which takes long for millions of bits. */
    readonly lut?: number;
  },
): Promise<Comparison> {
  return withFolder(async (folder) => {
    const { circuit, inputs, outputs } = lowered;
    const top = circuit.modules.at(-1)?.name as string;
    const firmware = {
      top,
      lut: options.lut ?? (estimateResources(circuit).get(top)?.lut as number),
      files: writeVerilog(circuit, folder, options.edit),
      ports: { inputs: inputs.map(harnessPort), outputs: outputs.map(harnessPort) },
      resetClocks: resetClocks(circuit),
    };
    const player = await buildSimulator(options.simulator, firmware, folder);
    const { events, expected } = options.events ?? randomEvents(fixed, options.count, options.seed);
    const contract = contractOf(lowered);
    return cosimulate(contract, player, events, expected, folder, options.seed);
  });
}

const harnessPort = ({ port, packing }: LoweredPort) => ({ port, width: packingWidth(packing) });
