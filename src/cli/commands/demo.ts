import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { UserError } from "../../ir/errors.js";
import type { Evaluation } from "../../report/data.js";
import { openBuild } from "../build-directory.js";
import { type Command, EXIT, type ExitCode } from "../command.js";
import { checkCount } from "../count.js";
import type { DemoExample, DemoOptions } from "../demos/example.js";
import { DEMO_NAMES, DEMOS, type DemoName } from "../demos/index.js";
import type { Manifest } from "../manifest.js";
import type { Output } from "../output.js";
import { packagePath } from "../package.js";
import { describeArchitecture, describeResources, table } from "../summary.js";
import { type CompileCommandOptions, compile, NO_CACHE } from "./compile.js";
import { type CosimResult, cosim } from "./cosim.js";
import { evaluate } from "./eval.js";
import { writeReport } from "./report.js";
import { sim } from "./sim.js";

type Given = keyof DemoExample["defaults"];
export type DemoCommandOptions = Omit<DemoOptions, Given> & {
  readonly [Name in Given]: DemoOptions[Name] | undefined;
} & { readonly example: DemoName; readonly "no-cache"?: boolean };

export const demo: Command<DemoCommandOptions> = {
  usage: "demo [example]",
  describe: "the main job on an example: events, firmware, simulation, co-simulation, physics, report",
  options: (argv) =>
    argv
      .positional("example", {
        choices: DEMO_NAMES,
        default: "muon" as const,
        describe: DEMO_NAMES.map((name) => `${name}: ${DEMOS[name].describe}`).join("; "),
      })
      .option("output", {
        alias: "o",
        type: "string",
        describe: `folder for everything it makes (default: ${defaults("output")})`,
      })
      .option("events", {
        type: "number",
        describe: `events to simulate and evaluate (default: ${defaults("events")})`,
      })
      .option("cosim-events", {
        type: "number",
        describe: `images or graphs to co-simulate (default: ${defaults("cosim-events")})`,
      })
      .option("columns", {
        type: "number",
        describe: "muon: columns of a beat, P (default: the example's l1c.yaml)",
      })
      .option("background", {
        type: "number",
        describe: "muon: factor on the nominal background (default: 1)",
      })
      .option("edges-per-clock", {
        type: "number",
        describe: "tracker: edges in each clock, P (default: the example's l1c.yaml)",
      })
      .option("seed", { type: "number", default: 1, describe: "seed of the events" })
      .option("no-cache", NO_CACHE),

  run: async ({ example: name, ...given }, output) => {
    const example: DemoExample = DEMOS[name];
    const options = {
      ...given,
      output: given.output ?? example.defaults.output,
      events: given.events ?? example.defaults.events,
      "cosim-events": given["cosim-events"] ?? example.defaults["cosim-events"],
    };
    // What a later step would refuse is refused before the long work.
    checkCount("cosim-events", options["cosim-events"]);
    refuseForeign(name, options);
    const steps = stepRunner(output);
    const model = relative(".", packagePath(example.model));
    const events = join(options.output, "events.npz");
    const build = join(options.output, "build");
    const outputs = join(options.output, "outputs.npz");
    const threads = availableParallelism();
    const sample = example.sample(options);

    const made = example.generate(options, events);
    await steps.run("generate events", made.command, made.run);
    const told = example.compile(options);
    const manifest = await steps.run<Manifest>(
      "compile",
      ["l1c compile", model, "-o", build, ...flagsOf(told)].join(" "),
      (quiet) =>
        compile.run(
          { ...NOTHING_ASKED, ...told, model, output: build, "no-cache": given["no-cache"] },
          quiet,
        ),
    );
    const simulated = await steps.run<{ events: number; seconds: number }>(
      "simulate",
      `l1c sim ${build} --events ${events} -o ${outputs}`,
      (quiet) =>
        sim.run(
          { build, events, output: outputs, engine: "typescript", threads, limit: undefined, raw: false },
          quiet,
        ),
    );
    const limit = options["cosim-events"];
    const compared = await steps.run<CosimResult>(
      "co-simulate",
      `l1c cosim ${build} --events ${events} --limit ${limit}`,
      (quiet) =>
        cosim.run(
          { build, events, random: undefined, limit, simulator: "verilator", raw: false, seed: 1 },
          quiet,
        ),
    );
    const evaluation = await steps.run<Evaluation>(
      "evaluate the physics",
      `l1c eval ${build} --events ${events}`,
      (quiet) => evaluate.run({ build, events, limit: undefined, threads, sample }, quiet),
    );
    const page = join(options.output, "report.html");
    await writeReport(await openBuild(build), page, {
      seeds: [{ use: "events", seed: options.seed }],
      commands: steps.commands(),
    });

    const { latency, interval } = manifest;
    output.result(
      { report: page, build, events, equal: compared.equal, latency, interval },
      table([
        ["", ""],
        ...firmwareRows(manifest, simulated, compared),
        ...example.physics(evaluation),
        ["report", page],
      ]),
    );
    return compared.equal ? EXIT.good : EXIT.checkFailed;
  },
};

/** A default of each example, in words. */
function defaults(name: Given): string {
  return DEMO_NAMES.map((example) => DEMOS[example].defaults[name]).join(" or ");
}

/** What `l1c compile` is told where nothing is asked for. */
const NOTHING_ASKED: Omit<CompileCommandOptions, "model" | "output"> = {
  config: undefined,
  weights: undefined,
  type: undefined,
  architecture: undefined,
  columns: undefined,
  "clock-mhz": undefined,
  threshold: undefined,
};

function flagsOf(told: Partial<CompileCommandOptions>): readonly string[] {
  return Object.entries(told).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, `${value}`],
  );
}

/** Options of another example are a mistake. */
function refuseForeign(name: DemoName, options: DemoOptions): void {
  for (const other of DEMO_NAMES) {
    const foreign = other === name ? undefined : DEMOS[other].own.find((own) => options[own] !== undefined);
    if (foreign !== undefined)
      throw new UserError(`is for the example '${other}'`, {
        where: `--${foreign}`,
        hint: `l1c demo ${other} --${foreign} …`,
      });
  }
}

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

function firmwareRows(
  manifest: Manifest,
  simulated: { readonly events: number; readonly seconds: number },
  compared: CosimResult,
): readonly (readonly [string, string])[] {
  const { latency, interval, resources } = manifest;
  return [
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
  ];
}
