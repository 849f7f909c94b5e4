import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import type { MuonEvaluation } from "../../report/data.js";
import { openBuild } from "../build-directory.js";
import { type Command, EXIT, type ExitCode } from "../command.js";
import { checkCount } from "../count.js";
import type { Manifest } from "../manifest.js";
import type { Output } from "../output.js";
import { packagePath } from "../package.js";
import { describeArchitecture, describeResources, fakes, percent, table } from "../summary.js";
import { compile } from "./compile.js";
import { type CosimResult, cosim } from "./cosim.js";
import { evaluate } from "./eval.js";
import { generateMuon, MUON_DEFAULTS } from "./generate-muon.js";
import { writeReport } from "./report.js";
import { sim } from "./sim.js";

export interface DemoCommandOptions {
  readonly output: string;
  readonly events: number;
  readonly "cosim-events": number;
  readonly columns: number | undefined;
  readonly background: number;
  readonly seed: number;
}

/** Images with no muon, one and two: efficiency, fakes and pairs all get their share. */
const MUONS = "0:0.3,1:0.4,2:0.3";

export const demo: Command<DemoCommandOptions> = {
  usage: "demo",
  describe:
    "the main job on the muon segment CNN: events, firmware, simulation, co-simulation, physics, report",
  options: (argv) =>
    argv
      .option("output", {
        alias: "o",
        type: "string",
        default: "demo-out",
        describe: "folder for everything it makes",
      })
      .option("events", { type: "number", default: 20_000, describe: "events to simulate and evaluate" })
      .option("cosim-events", { type: "number", default: 1000, describe: "events to co-simulate" })
      .option("columns", {
        type: "number",
        describe: "columns of a beat, P (default: the example's l1c.yaml)",
      })
      .option("background", { type: "number", default: 1, describe: "factor on the nominal background" })
      .option("seed", { type: "number", default: 1, describe: "seed of the events" }),

  run: async (options, output) => {
    // What a later step would refuse is refused before the long work.
    checkCount("cosim-events", options["cosim-events"]);
    const steps = stepRunner(output);
    const example = packagePath("examples/muon-cnn");
    const model = relative(".", join(example, "model.keras"));
    const events = join(options.output, "events.npz");
    const build = join(options.output, "build");
    const threads = availableParallelism();
    const sample = `${options.events} events: ${MUONS.replaceAll(",", ", ")} muons, pT flat in 5–100 GeV, ${options.background}× background, seed ${options.seed}`;

    await steps.run(
      "generate events",
      `l1c generate muon --events ${options.events} --seed ${options.seed} --muons ${MUONS} --background ${options.background} -o ${events}`,
      (quiet) =>
        generateMuon.run(
          {
            ...MUON_DEFAULTS,
            muons: MUONS,
            events: options.events,
            seed: options.seed,
            background: options.background,
            output: events,
          },
          quiet,
        ),
    );
    const manifest = await steps.run<Manifest>(
      "compile",
      `l1c compile ${model} -o ${build}${options.columns === undefined ? "" : ` --columns ${options.columns}`}`,
      (quiet) =>
        compile.run(
          {
            model,
            config: undefined,
            output: build,
            weights: undefined,
            type: undefined,
            architecture: undefined,
            columns: options.columns,
            "clock-mhz": undefined,
            threshold: undefined,
          },
          quiet,
        ),
    );
    const simulated = await steps.run<{ events: number; seconds: number }>(
      "simulate",
      `l1c sim ${build} --events ${events} -o ${join(options.output, "mask.npz")}`,
      (quiet) =>
        sim.run(
          {
            build,
            events,
            output: join(options.output, "mask.npz"),
            engine: "typescript",
            threads,
            limit: undefined,
            raw: false,
          },
          quiet,
        ),
    );
    const compared = await steps.run<CosimResult>(
      "co-simulate",
      `l1c cosim ${build} --events ${events} --limit ${options["cosim-events"]}`,
      (quiet) =>
        cosim.run(
          {
            build,
            events,
            random: undefined,
            limit: options["cosim-events"],
            simulator: "verilator",
            raw: false,
            seed: 1,
          },
          quiet,
        ),
    );
    const evaluated = await steps.run<MuonEvaluation>(
      "evaluate the physics",
      `l1c eval ${build} --events ${events}`,
      (quiet) => evaluate.run({ build, events, limit: undefined, threads, sample }, quiet),
    );
    const page = join(options.output, "report.html");
    await writeReport(await openBuild(build), page, {
      seeds: [{ use: "events", seed: options.seed }],
      commands: steps.commands(),
    });

    const code: ExitCode = compared.equal ? EXIT.good : EXIT.checkFailed;
    output.result(
      {
        report: page,
        build,
        events,
        equal: compared.equal,
        latency: manifest.latency,
        interval: manifest.interval,
      },
      summary(manifest, simulated, compared, evaluated, page),
    );
    return code;
  },
};

/** Runs commands one after the other, with a line of progress for each, and keeps what they would print. */
function stepRunner(output: Output) {
  const commands: string[] = [];
  return {
    commands: (): readonly string[] => commands,
    async run<T>(title: string, command: string, run: (quiet: Output) => Promise<ExitCode>): Promise<T> {
      commands.push(command);
      output.progress(`${title}: ${command}`);
      const started = performance.now();
      let value: unknown;
      await run({ ...output, result: (result) => void (value = result) });
      output.progress(`${title}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      return value as T;
    },
  };
}

function summary(
  manifest: Manifest,
  simulated: { readonly events: number; readonly seconds: number },
  compared: CosimResult,
  { physics }: MuonEvaluation,
  page: string,
): string {
  const [low, high] = physics.algorithms[0]?.metrics.plateauRange ?? [0, 0];
  const physicsRows = physics.algorithms.map(({ role, metrics, chosen }) => {
    const point = metrics.thresholds[chosen];
    return [
      `physics, ${role}`,
      `efficiency ${percent(point?.plateau?.value)} (${low}–${high} GeV), ${point?.fakeRate?.value.toPrecision(3)} fakes per chamber image (${point?.fakes})`,
    ];
  });
  const equalTerms = (physics.equalTerms ?? []).map(({ title, points }) => [
    `at ${title}`,
    points.map(({ role, point }) => `${role} ${percent(point?.plateau?.value)}, ${fakes(point)}`).join("; "),
  ]);
  const { latency, interval, resources } = manifest;
  return table([
    ["", ""],
    [
      "firmware",
      `${manifest.top}, ${describeArchitecture(manifest)}, ${manifest.clock_mhz} MHz on ${manifest.device}`,
    ],
    ["latency", `${latency.cycles} cycles, ${latency.ns} ns; measured ${compared.latencies.join(", ")}`],
    ["interval", `${interval.cycles} cycles, ${interval.ns} ns; measured ${compared.intervals.join(", ")}`],
    ["resources", `about ${describeResources(resources.total)} (estimate)`],
    ["simulation", `${simulated.events} events in ${simulated.seconds.toFixed(1)} s`],
    [
      "co-simulation",
      `${compared.events} events in ${compared.simulator}: ${compared.equal ? "EQUAL, every bit, latency and interval" : `DIFFERENT, ${compared.bitsDiffering} bits`}`,
    ],
    ...physicsRows,
    ...equalTerms,
    ["report", page],
  ]);
}
