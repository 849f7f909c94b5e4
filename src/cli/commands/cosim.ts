import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Comparison } from "../../cosim/compare.js";
import { cosimulate } from "../../cosim/cosimulate.js";
import { mergeComparisons } from "../../cosim/merge.js";
import {
  type BuiltSimulator,
  buildSimulator,
  type Firmware,
  SIMULATORS,
  type SimulatorName,
  simulatorVersion,
} from "../../cosim/simulators.js";
import { openEvents } from "../../events/open.js";
import { UserError } from "../../ir/errors.js";
import { eventOf } from "../../sim/block.js";
import type { IntegerArray } from "../../sim/elements.js";
import { type Build, openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount } from "../count.js";
import { systemError, withFile } from "../files.js";
import { contractOfManifest, type ManifestPort } from "../manifest.js";
import { keepResult } from "../results.js";
import { eventCount, readFixed, simulateFile } from "../simulate.js";
import { withWorkFolder } from "../temporary.js";

export interface CosimCommandOptions {
  readonly build: string;
  readonly events: string;
  readonly limit: number | undefined;
  readonly simulator: SimulatorName;
  readonly raw: boolean;
  readonly seed: number;
}

/** What `l1c cosim` found out; kept in the build directory for the report. */
export interface CosimResult extends Comparison {
  readonly simulator: string;
  readonly promised: { readonly latency: number; readonly interval: number };
  readonly eventsFile: string;
}

/** The players read the seed as an integer of 32 bits. */
const MOST_SEED = 2 ** 31 - 1;

/** Events that are played in one run of the Verilog simulator. */
const RUN_EVENTS = 1000;

export const cosim: Command<CosimCommandOptions> = {
  usage: "cosim <build>",
  describe:
    "compare firmware and simulator: every output bit, latency and interval; exit 1 on any difference",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("events", { type: "string", demandOption: true, describe: "events (.npz, .npy, .root)" })
      .option("limit", { type: "number", describe: "use only the first N events" })
      .option("simulator", {
        choices: SIMULATORS,
        default: "verilator" as const,
        describe: "Verilog simulator",
      })
      .option("raw", {
        type: "boolean",
        default: false,
        describe: "events are integers, not physical values",
      })
      .option("seed", {
        type: "number",
        default: 1,
        describe: "seed of idle clocks and junk between events",
      }),

  run: async (options, output) => {
    checkCount("seed", options.seed, { least: 0, most: MOST_SEED });
    const build = await openBuild(options.build);
    const { manifest } = build;
    const contract = contractOfManifest(manifest);
    const result = await withWorkFolder("l1c-cosim-", (folder) => {
      return withFile(options.events, async (bytes) => {
        const source = await openEvents(bytes);
        const count = eventCount(source, options.limit);
        const version = await simulatorVersion(options.simulator);
        const firmware = await copyFirmware(build, folder);
        const fixed = await readFixed(build);
        const value = fixed.outputs[0]?.value ?? "";
        const input = (build.manifest.inputs[0] as ManifestPort).name;
        const runs: Comparison[] = [];
        let done = 0;
        let player: BuiltSimulator | undefined;
        const nodes = [input, value];
        const simulated = {
          engine: "typescript",
          threads: 1,
          rows: RUN_EVENTS,
          raw: options.raw,
          count,
          nodes,
        } as const;
        for await (const values of simulateFile(build, fixed, source, simulated)) {
          // Building takes long: a mistake in the events shows before.
          if (player === undefined) {
            output.progress(`building the firmware in ${version}`);
            player = await buildSimulator(options.simulator, firmware, folder);
          }
          const rows = Math.min(RUN_EVENTS, count - done);
          output.progress(`co-simulating events ${done} to ${done + rows - 1}`);
          const events = split(values[input] as IntegerArray, rows);
          const expected = split(values[value] as IntegerArray, rows);
          runs.push(await cosimulate(contract, player, events, expected, folder, options.seed + runs.length));
          done += rows;
        }
        const promised = { latency: contract.latency, interval: contract.interval };
        return { ...mergeComparisons(runs), simulator: version, promised, eventsFile: options.events };
      });
    });
    await keepResult(build, "cosim", result);
    output.result(result, describe(result));
    return result.equal ? EXIT.good : EXIT.checkFailed;
  },
};

/** Copies the Verilog of a build into a folder, where every file has a plain name: tools choke on other paths. */
async function copyFirmware({ folder: from, manifest }: Build, folder: string): Promise<Firmware> {
  const files: string[] = [];
  for (const { path } of manifest.files.filter((file) => file.path.startsWith("verilog/"))) {
    const name = basename(path);
    await copyFile(join(from, path), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      const message = error.code === "ENOENT" ? "is missing" : `cannot be copied: ${systemError(error)}`;
      throw new UserError(message, { where: join(from, path), hint: "Compile the model again." });
    });
    files.push(name);
  }
  const [input, output] = [manifest.inputs[0] as ManifestPort, manifest.outputs[0] as ManifestPort];
  return {
    top: manifest.top,
    files,
    ports: { input: input.port, output: output.port },
    lut: manifest.resources.total.lut,
    inputWidth: input.width,
    outputWidth: output.width,
  };
}

/** One event after the other from arrays that hold a block of them. */
function split(array: IntegerArray, count: number): readonly IntegerArray[] {
  const size = array.length / count;
  return Array.from({ length: count }, (_, row) => eventOf(array, row, size));
}

function describe(result: CosimResult): string {
  const { promised } = result;
  const measured = (values: readonly number[]) => (values.length === 0 ? "not measured" : values.join(", "));
  // Only events back to back measure the interval.
  const compared =
    result.intervals.length === 0
      ? "every bit and latency; two events would measure the interval"
      : "every bit, latency and interval";
  const lines = [
    `${result.events} events, ${result.bitsCompared} output bits compared in ${result.simulator}`,
    `bits differing: ${result.bitsDiffering}`,
    `latency  promised ${promised.latency} cycles, measured ${measured(result.latencies)}`,
    `interval promised ${promised.interval} cycles, measured ${measured(result.intervals)}`,
    ...result.protocol.map((fault) => `fault: ${fault}`),
    ...result.differences.map(
      ({ event, output, index, bit, expected, found }) =>
        `event ${event}: output '${output}'[${index.join(", ")}] bit ${bit}: simulator ${expected}, firmware ${found}`,
    ),
    ...(result.bitsDiffering > result.differences.length
      ? [`… and ${result.bitsDiffering - result.differences.length} more bits`]
      : []),
    result.equal ? `EQUAL: ${compared}` : "DIFFERENT",
  ];
  return lines.join("\n");
}
