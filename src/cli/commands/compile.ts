import { availableParallelism } from "node:os";
import { basename, extname } from "node:path";
import { type Compiled, compile as compileModel } from "../../compile.js";
import { deviceOf } from "../../estimate/devices.js";
import { UserError } from "../../ir/errors.js";
import type { Model } from "../../ir/model/model.js";
import { MULTIPLIERS } from "../../lower/dsp.js";
import { DEFAULT_EFFORT, EFFORTS } from "../../lower/effort.js";
import { ITERATIONS } from "../../lower/graph/index.js";
import { ARCHITECTURES } from "../../lower/lowered.js";
import { topModuleName } from "../../lower/names.js";
import { delaysOf, TARGETS, targetOf } from "../../lower/target.js";
import { writeBuild } from "../build-directory.js";
import { calibrateFromFile } from "../calibration.js";
import { type Command, EXIT } from "../command.js";
import { type Config, LONGEST_NAME, openConfig, readType } from "../config.js";
import { checkCount, MOST_THREADS } from "../count.js";
import { describeBuild } from "../describe-build.js";
import { graphShapes } from "../graph-shapes.js";
import { sha256OfEvents } from "../graphs.js";
import { openModel, WEIGHTS } from "../model-files.js";
import { EVENT_FILES } from "../open-events.js";
import { itemsPerClock, type Overrides, override } from "../overrides.js";
import { readTemplate } from "../package.js";
import { openSearchCache } from "../search-cache.js";
import { searchThreads } from "../search-threads.js";
import { describeManifest } from "../summary.js";
import { endingAtOnce } from "../temporary.js";

export interface CompileCommandOptions extends Overrides {
  readonly model: string;
  readonly config: string | undefined;
  readonly output: string;
  readonly weights: string | undefined;
  readonly calibrate?: string | undefined;
  readonly threads?: number | undefined;
  readonly "no-cache"?: boolean | undefined;
}

/** The option of all commands that compile. */
export const NO_CACHE = {
  type: "boolean",
  default: false,
  describe: "neither take adder graphs from those found before nor keep them",
} as const;

export const compile: Command<CompileCommandOptions> = {
  usage: "compile <model>",
  describe: "make firmware, simulators and manifest from a trained model",
  options: (argv) =>
    argv
      .positional("model", {
        type: "string",
        demandOption: true,
        describe: "model file (.keras, .h5, .onnx, .json)",
      })
      .option("config", {
        alias: "c",
        type: "string",
        describe: "configuration (default: l1c.yaml beside the model)",
      })
      .option("output", {
        alias: "o",
        type: "string",
        default: "build",
        describe: "build directory to write",
      })
      .option("weights", { type: "string", describe: WEIGHTS })
      .option("calibrate", {
        type: "string",
        describe: `events by which a float model is quantized (${EVENT_FILES})`,
      })
      .option("type", {
        type: "string",
        describe:
          "NODE=TYPE, a type that the model does not fix (overrides the configuration); may be repeated",
      })
      .option("architecture", {
        choices: ARCHITECTURES,
        describe:
          "the whole event in one clock, an image by columns or pixel by pixel, a graph by edges and nodes (overrides the configuration)",
      })
      .option("columns", {
        type: "number",
        describe: "columns of a beat, P: a stream (overrides the configuration)",
      })
      .option("edges-per-clock", {
        type: "number",
        describe: "edges of a graph in each clock (overrides the configuration)",
      })
      .option("nodes-per-clock", {
        type: "number",
        describe: "nodes of a graph in each clock, a power of two (overrides the configuration)",
      })
      .option("iterations", {
        choices: ITERATIONS,
        describe:
          "whether iterations of a graph network with the same weights share hardware (overrides the configuration)",
      })
      .option("clock-mhz", {
        type: "string",
        coerce: (text) => (typeof text !== "string" || text === "auto" ? text : Number(text)),
        describe: "clock, or auto: one for the latency (overrides the configuration)",
      })
      .option("latency-cycles", {
        type: "number",
        describe: "most cycles of latency (overrides the configuration)",
      })
      .option("latency-ns", {
        type: "number",
        describe: "most latency in ns (overrides the configuration)",
      })
      .option("target", {
        choices: TARGETS,
        describe: "form of the Verilog's primitives (overrides the configuration; default: by the device)",
      })
      .option("multipliers", {
        choices: MULTIPLIERS,
        describe:
          "what products of two values of the event are made of (overrides the configuration; default: lut)",
      })
      .option("block-ram-from", {
        type: "number",
        describe: "bits from which on a table is in block RAM (overrides the configuration)",
      })
      .option("effort", {
        choices: EFFORTS,
        describe: `how long cheaper adder graphs are looked for (overrides the configuration; default: ${DEFAULT_EFFORT})`,
      })
      .option("threshold", {
        type: "number",
        describe: "threshold on the output (overrides the configuration)",
      })
      .option("threads", {
        type: "number",
        default: availableParallelism(),
        describe: "threads that look for adder graphs",
      })
      .option("no-cache", NO_CACHE),

  repeatable: ["type"],

  run: async (options, output) => {
    const { threads = availableParallelism() } = options;
    checkCount("threads", threads, { most: MOST_THREADS });
    const model = await openModel(options.model, options.weights);
    const {
      file: configFile,
      text: configText,
      config: read,
    } = await openConfig(options.model, options.config);
    const config = override(read, options);
    output.progress(`compiling ${options.model}${configFile === undefined ? "" : ` with ${configFile}`}`);
    const { threshold } = config.output;
    const { calibrate } = options;
    if (calibrate === undefined && config.quantize !== undefined) {
      throw new UserError("it says how to quantize a float model, but there are no events to do it with", {
        where: `${configFile}: quantize`,
        hint: "Give them: l1c compile --calibrate FILE.",
      });
    }
    const { fabric } = deviceOf(config.device);
    const target = config.target ?? targetOf(fabric);
    const types = Object.entries(config.types).map(([name, text]) => [name, readType(text)] as const);
    const iterations = options.iterations ?? config.graph?.iterations;
    const store = options["no-cache"] === true ? undefined : openSearchCache(output.progress);
    const runner = threads === 1 ? undefined : searchThreads(threads, output.progress);
    const compiled = await endingAtOnce(() =>
      compileModel(
        { ...model.source, ...graphShapes(config) },
        {
          name: config.name ?? nameOf(options.model),
          clockMHz: config.clock_mhz,
          delays: delaysOf(fabric, target, config.multipliers, config.tables?.block_ram_from),
          target,
          ...(config.latency !== undefined && { latency: config.latency }),
          ...(config.effort !== undefined && { effort: config.effort }),
          ...(store !== undefined && { store }),
          ...(runner !== undefined && { runner }),
          ...(config.graph !== undefined && { graph: config.graph }),
          ...(threshold !== undefined && { threshold: { level: threshold, name: config.output.name } }),
          types: Object.fromEntries(types),
          ...(calibrate !== undefined && {
            calibrate: (model: Model) => calibrateFromFile(model, calibrate, config),
          }),
          ...(config.architecture !== undefined && { architecture: config.architecture }),
          ...(config.stream !== undefined && { stream: config.stream }),
          itemsPerClock: itemsPerClock(config, options),
          ...(iterations !== undefined && { iterations }),
        },
      ),
    );
    checkInputs(config, compiled, configFile);
    const { architecture, reason } = compiled.choice;
    if (config.clock_mhz === "auto") output.progress(`clock: ${compiled.clockMHz} MHz for the latency`);
    output.progress(`architecture: ${architecture} (${reason})`);
    const templates = await Promise.all(
      compiled.templates.map(async ({ name, template }) => ({
        path: `verilog/${name}`,
        text: await readTemplate(template),
      })),
    );
    const files = [...compiled.files.map(({ name, text }) => ({ path: name, text })), ...templates];
    const manifest = describeBuild(compiled, files, {
      model: model.files(),
      calibration:
        calibrate === undefined ? null : { file: calibrate, sha256: await sha256OfEvents(calibrate) },
      config: { file: configFile, text: configText, values: config },
    });
    await writeBuild(options.output, files, manifest);
    output.result({ output: options.output, ...manifest }, describeManifest(options.output, manifest));
    return EXIT.good;
  },
};

/** A firmware without a name has that of its model's file, as far as a module can. */
function nameOf(model: string): string {
  return topModuleName(basename(model, extname(model)).slice(0, LONGEST_NAME));
}

/** The configuration names inputs that the model has. */
function checkInputs(config: Config, { model }: Compiled, file: string | undefined): void {
  const inputs = model.nodes.filter(({ op }) => op === "input").map(({ name }) => name);
  const unknown = Object.keys(config.inputs).find((name) => !inputs.includes(name));
  if (unknown === undefined) return;
  throw new UserError(`the model has no input '${unknown}'`, {
    where: `${file}: inputs`,
    hint: `Its inputs: ${inputs.join(", ")}.`,
  });
}
