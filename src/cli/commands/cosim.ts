import type { Comparison } from "../../cosim/compare.js";
import { cosimulate } from "../../cosim/cosimulate.js";
import { mergeComparisons } from "../../cosim/merge.js";
import { randomEvents } from "../../cosim/random-events.js";
import {
  type BuiltSimulator,
  buildSimulator,
  type Firmware,
  SIMULATORS,
  type SimulatorName,
  simulatorVersion,
} from "../../cosim/simulators.js";
import { UserError } from "../../ir/errors.js";
import type { Fixed } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import { eventOf } from "../../sim/block.js";
import type { IntegerArray } from "../../sim/elements.js";
import type { Values } from "../../sim/simulator.js";
import { type Build, openBuild, readBuildText } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount } from "../count.js";
import { contractOfManifest, type Manifest, type ManifestPort } from "../manifest.js";
import { EVENT_FILES, withEvents } from "../open-events.js";
import type { Output } from "../output.js";
import { keepResult } from "../results.js";
import { eventCount, readFixed, simulateFile } from "../simulate.js";
import { simulateBlocks } from "../simulate-pool.js";
import { withWorkFolder } from "../temporary.js";
import { copyVerilog } from "../verilog-files.js";

export interface CosimCommandOptions {
  readonly build: string;
  readonly events: string | undefined;
  readonly random: number | undefined;
  readonly limit: number | undefined;
  readonly simulator: SimulatorName;
  readonly raw: boolean;
  readonly seed: number;
}

/** What `l1c cosim` found out; kept in the build directory for the report. */
export interface CosimResult extends Comparison {
  readonly simulator: string;
  readonly promised: { readonly latency: number; readonly interval: number };
  /** The file of events; null of random ones. */
  readonly eventsFile: string | null;
  /** The seed of idle clocks and junk, and of random events. */
  readonly seed: number;
}

/** The players read the seed as an integer of 32 bits. */
const MOST_SEED = 2 ** 31 - 1;

/**
 * Events that are played in one run of the Verilog simulator, their clocks, the bits of all their beats (stimulus and
 * record lie on the disk) and their elements (which memory holds), at most. Three are enough for an interval and a pause.
 */
const MOST_OF_RUN = { events: 1000, clocks: 500_000, bits: 1e9, elements: 1e7 };
const LEAST_EVENTS = 3;

/** More random events than one would wait for. */
const MOST_RANDOM = 10_000_000;

export const cosim: Command<CosimCommandOptions> = {
  usage: "cosim <build>",
  describe:
    "compare firmware and simulator: every output bit, latency and interval; exit 1 on any difference",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("events", { type: "string", describe: `events (${EVENT_FILES})` })
      .option("random", {
        type: "number",
        describe: "instead of --events: N random events, uniform over the inputs' types, corners first",
      })
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
        describe: "seed of random events, of idle clocks and of junk between events",
      }),

  run: async (options, output) => {
    checkCount("seed", options.seed, { least: 0, most: MOST_SEED });
    checkSource(options);
    const build = await openBuild(options.build);
    const result = await withWorkFolder("l1c-cosim-", async (folder) => {
      const { events, random } = options;
      if (events === undefined) {
        const count = random as number;
        return cosimulateBuild(build, folder, options, output, count, async function* (fixed, rows, nodes) {
          const golden = await readBuildText(build, "simulator/golden.js");
          yield* simulateBlocks(golden, randomEvents(fixed, { count, rows, seed: options.seed, nodes }), 1);
        });
      }
      return withEvents(events, build.manifest, async (source) => {
        const count = eventCount(source, options.limit);
        return cosimulateBuild(build, folder, options, output, count, (fixed, rows, nodes) =>
          simulateFile(build, fixed, source, {
            engine: "typescript",
            threads: 1,
            rows,
            raw: options.raw,
            count,
            nodes,
          }),
        );
      });
    });
    await keepResult(build, "cosim", result);
    output.result(result, describe(result));
    return result.equal ? EXIT.good : EXIT.checkFailed;
  },
};

/** Events come from a file or are random, and options that belong to a file go with one. */
function checkSource({ events, random, limit, raw }: CosimCommandOptions): void {
  if (random === undefined) {
    if (events !== undefined) return;
    throw new UserError("no events are given", { hint: "Name a file with --events, or give --random N." });
  }
  checkCount("random", random, { most: MOST_RANDOM });
  const other = [events !== undefined && "--events", limit !== undefined && "--limit", raw && "--raw"].find(
    (name) => name !== false,
  );
  if (other !== undefined)
    throw new UserError(`${other} does not go with --random`, { where: other, hint: "Give one of the two." });
}

/** Values of `nodes` for all events, in blocks of `rows`. */
type Simulated = (fixed: Fixed, rows: number, nodes: readonly string[]) => AsyncGenerator<Values>;

/** Plays `count` events, with what the golden model makes of them, through the firmware of a build. */
async function cosimulateBuild(
  build: Build,
  folder: string,
  { simulator, events, seed }: CosimCommandOptions,
  output: Output,
  count: number,
  simulated: Simulated,
): Promise<CosimResult> {
  const contract = contractOfManifest(build.manifest);
  const version = await simulatorVersion(simulator);
  const firmware = await copyFirmware(build, folder);
  const fixed = await readFixed(build);
  const inputs = contract.inputs.map(({ name }) => name);
  const outputs = contract.outputs.map(
    ({ name }) => fixed.outputs.find((other) => other.name === name)?.value as string,
  );
  const rows = eventsOfRun(build.manifest);
  const runs: Comparison[] = [];
  let done = 0;
  let player: BuiltSimulator | undefined;
  for await (const values of simulated(fixed, rows, [...new Set([...inputs, ...outputs])])) {
    // Building takes long: a mistake in the events shows before.
    if (player === undefined) {
      output.progress(`building the firmware in ${version}`);
      player = await buildSimulator(simulator, firmware, folder);
    }
    const length = Math.min(rows, count - done);
    output.progress(`co-simulating events ${done} to ${done + length - 1} of ${count}`);
    const played = split(values, inputs, length);
    const expected = split(values, outputs, length);
    runs.push(await cosimulate(contract, player, played, expected, folder, seed + runs.length));
    done += length;
  }
  const promised = { latency: contract.latency, interval: contract.interval };
  return {
    ...mergeComparisons(runs),
    simulator: version,
    promised,
    eventsFile: events ?? null,
    seed,
  };
}

/** Events of one run. */
function eventsOfRun({ inputs, outputs, interval }: Manifest): number {
  const ports = [...inputs, ...outputs];
  const bits = ports.reduce((sum, { width }) => sum + width, 0) * interval.cycles;
  const elements = ports.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { clocks } = MOST_OF_RUN;
  const fit = [clocks / interval.cycles, MOST_OF_RUN.bits / bits, MOST_OF_RUN.elements / elements];
  return Math.min(MOST_OF_RUN.events, Math.max(LEAST_EVENTS, Math.floor(Math.min(...fit))));
}

/** The firmware of a build, its Verilog copied into a folder. */
async function copyFirmware(build: Build, folder: string): Promise<Firmware> {
  const { manifest } = build;
  const port = ({ port: name, width }: ManifestPort) => ({ port: name, width });
  return {
    top: manifest.top,
    files: await copyVerilog(build, folder, "simulation"),
    ports: { inputs: manifest.inputs.map(port), outputs: manifest.outputs.map(port) },
    resetClocks: manifest.reset_cycles,
    lut: manifest.resources.total.lut,
  };
}

/** Of each event the values of some nodes, from arrays that hold a block of events. */
function split(
  values: Values,
  nodes: readonly string[],
  count: number,
): readonly (readonly IntegerArray[])[] {
  return Array.from({ length: count }, (_, row) =>
    nodes.map((name) => {
      const array = values[name] as IntegerArray;
      return eventOf(array, row, array.length / count);
    }),
  );
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
        `event ${event}: output '${output}'${index.length === 0 ? "" : `[${index.join(", ")}]`} bit ${bit}: simulator ${expected}, firmware ${found}`,
    ),
    ...(result.bitsDiffering > result.differences.length
      ? [`… and ${result.bitsDiffering - result.differences.length} more bits`]
      : []),
    result.equal ? `EQUAL: ${compared}` : "DIFFERENT",
  ];
  return lines.join("\n");
}
