import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { compile as compileModel } from "../../compile.js";
import { deviceOf } from "../../estimate/devices.js";
import { UserError } from "../../ir/errors.js";
import { FABRICS } from "../../lower/delay.js";
import { writeBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { type Config, checkConfig, parseConfig, readConfigText, readType } from "../config.js";
import { describeBuild } from "../describe-build.js";
import { systemError } from "../files.js";
import { readTemplate } from "../package.js";
import { describeManifest } from "../summary.js";

export interface CompileCommandOptions {
  readonly model: string;
  readonly config: string | undefined;
  readonly output: string;
  readonly columns: number | undefined;
  readonly "clock-mhz": number | undefined;
  readonly threshold: number | undefined;
}

export const compile: Command<CompileCommandOptions> = {
  usage: "compile <model>",
  describe: "make firmware, simulators and manifest from a trained model",
  options: (argv) =>
    argv
      .positional("model", { type: "string", demandOption: true, describe: "model file (.keras)" })
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
      .option("columns", { type: "number", describe: "columns of a beat, P (overrides the configuration)" })
      .option("clock-mhz", { type: "number", describe: "clock (overrides the configuration)" })
      .option("threshold", {
        type: "number",
        describe: "threshold on the output (overrides the configuration)",
      }),

  run: async (options, output) => {
    const bytes = await readFile(options.model).catch((error: unknown) => {
      throw new UserError(`cannot be read: ${systemError(error)}`, { where: options.model });
    });
    const configFile = options.config ?? (await configBeside(options.model));
    const configText = configFile === undefined ? undefined : await readConfigText(configFile);
    const config = override(parseConfig(configText ?? "", configFile ?? ""), options);
    output.progress(`compiling ${options.model}${configFile === undefined ? "" : ` with ${configFile}`}`);
    const { threshold } = config.output;
    const inputTypes = Object.fromEntries(
      Object.entries(config.inputs).flatMap(([name, { type }]) =>
        type === undefined ? [] : [[name, readType(type)]],
      ),
    );
    const compiled = await compileModel(bytes, options.model, {
      name: config.name ?? basename(options.model, extname(options.model)),
      clockMHz: config.clock_mhz,
      delays: FABRICS[deviceOf(config.device).fabric],
      ...(threshold !== undefined && { threshold: { level: threshold, name: config.output.name } }),
      inputTypes,
      stream: config.stream,
    });
    for (const name of Object.keys(config.inputs)) {
      if (!compiled.model.nodes.some((node) => node.op === "input" && node.name === name)) {
        throw new UserError(`the model has no input '${name}'`, { where: `${configFile}: inputs` });
      }
    }
    const templates = await Promise.all(
      compiled.templates.map(async (name) => ({ path: `verilog/${name}`, text: await readTemplate(name) })),
    );
    const files = [...compiled.files.map(({ name, text }) => ({ path: name, text })), ...templates];
    const manifest = describeBuild(compiled, files, {
      model: { file: options.model, bytes },
      config: { file: configFile, text: configText, values: config },
    });
    await writeBuild(options.output, files, manifest);
    output.result({ output: options.output, ...manifest }, describeManifest(options.output, manifest));
    return EXIT.good;
  },
};

async function configBeside(model: string): Promise<string | undefined> {
  const path = join(dirname(model), "l1c.yaml");
  return stat(path).then(
    () => path,
    () => undefined,
  );
}

function override(config: Config, options: CompileCommandOptions): Config {
  return checkConfig(
    {
      ...config,
      clock_mhz: options["clock-mhz"] ?? config.clock_mhz,
      stream: { ...config.stream, columns: options.columns ?? config.stream.columns },
      output: { ...config.output, threshold: options.threshold ?? config.output.threshold },
    },
    "command line",
  );
}
