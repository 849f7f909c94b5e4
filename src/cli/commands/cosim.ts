import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Comparison } from "../../cosim/compare.js";
import { cosimulate } from "../../cosim/cosimulate.js";
import { mergeComparisons } from "../../cosim/merge.js";
import { buildSimulator, SIMULATORS, type SimulatorName, simulatorVersion } from "../../cosim/simulators.js";
import { openEvents } from "../../events/open.js";
import { UserError } from "../../ir/errors.js";
import type { FixedInput } from "../../ir/fixed/fixed.js";
import { parseFixed } from "../../ir/fixed/text.js";
import type { IntegerArray } from "../../sim/elements.js";
import { inputEncoder, type Numbers } from "../../sim/inputs.js";
import { loadSimulator } from "../../sim/typescript/load.js";
import { type Build, openBuild, readBuildText } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { arrayOfInput } from "../events.js";
import { withFile } from "../files.js";
import { contractOfManifest, type ManifestPort } from "../manifest.js";
import { keepResult } from "../results.js";

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
    const build = await openBuild(options.build);
    const { manifest } = build;
    const contract = contractOfManifest(manifest);
    const folder = await mkdtemp(join(tmpdir(), "l1c-cosim-"));
    try {
      const result = await withFile(options.events, async (bytes) => {
        const source = await openEvents(bytes);
        const array = arrayOfInput(manifest, manifest.inputs[0] as ManifestPort, source);
        const count = eventCount(source.count, options.limit, options.events);
        const version = await simulatorVersion(options.simulator);
        output.progress(`building the firmware in ${version}`);
        const player = await buildSimulator(options.simulator, await firmwareOf(build), folder);
        const golden = await goldenModel(build, options.raw);
        const runs: Comparison[] = [];
        let done = 0;
        for await (const block of source.blocks([array], RUN_EVENTS)) {
          const rows = Math.min(block.rows, count - done);
          const { events, expected } = golden.run(block.arrays[array] as Numbers, rows, done);
          output.progress(`co-simulating events ${done} to ${done + rows - 1}`);
          runs.push(await cosimulate(contract, player, events, expected, folder, options.seed + runs.length));
          done += rows;
          if (done >= count) break;
        }
        const promised = { latency: contract.latency, interval: contract.interval };
        return { ...mergeComparisons(runs), simulator: version, promised, eventsFile: options.events };
      });
      await keepResult(build, "cosim", result);
      output.result(result, describe(result));
      return result.equal ? EXIT.good : EXIT.checkFailed;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function eventCount(available: number, limit: number | undefined, file: string): number {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new UserError(`${limit} is no number of events`, { where: "--limit" });
  }
  if (available === 0) throw new UserError("it holds no events", { where: file });
  return Math.min(available, limit ?? available);
}

async function firmwareOf({ folder, manifest }: Build) {
  const files = manifest.files
    .filter(({ path }) => path.startsWith("verilog/"))
    .map(({ path }) => resolve(folder, path));
  for (const file of files) {
    await stat(file).catch(() => {
      throw new UserError("is missing", { where: file, hint: "Compile the model again." });
    });
  }
  const [input, output] = [manifest.inputs[0] as ManifestPort, manifest.outputs[0] as ManifestPort];
  return {
    top: manifest.top,
    files,
    ports: { input: input.port, output: output.port },
    inputWidth: input.width,
    outputWidth: output.width,
  };
}

/** The build's golden model over blocks of events: the integers in and the integers expected out. */
async function goldenModel(build: Build, raw: boolean) {
  const simulator = await loadSimulator(await readBuildText(build, "simulator/golden.js"));
  const fixed = parseFixed(await readBuildText(build, "fixed.l1c"), join(build.folder, "fixed.l1c"));
  const node = fixed.nodes.find(({ op }) => op === "input") as FixedInput;
  const encode = inputEncoder(node, { raw });
  const size = node.shape.reduce((a, b) => a * b, 1);
  const output = fixed.outputs[0]?.name ?? "";
  return {
    run: (numbers: Numbers, rows: number, start: number) => {
      const events: IntegerArray[] = [];
      const expected: IntegerArray[] = [];
      for (let row = 0; row < rows; row++) {
        const one = (numbers as Float64Array).subarray(row * size, (row + 1) * size);
        // Both arrays belong to their makers until the next event.
        const event = encode(one, start + row).slice() as IntegerArray;
        events.push(event);
        expected.push(
          (simulator.run({ [node.name]: event })[output] as IntegerArray).slice() as IntegerArray,
        );
      }
      return { events, expected };
    },
  };
}

function describe(result: CosimResult): string {
  const { promised } = result;
  const measured = (values: readonly number[]) => (values.length === 0 ? "not measured" : values.join(", "));
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
    result.equal ? "EQUAL: every bit, latency and interval" : "DIFFERENT",
  ];
  return lines.join("\n");
}
