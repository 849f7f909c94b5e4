import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { importModel } from "../../import/index.js";
import { UserError } from "../../ir/errors.js";
import { printModel } from "../../ir/model/text.js";
import { openBuild, readBuildText } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { openConfig } from "../config.js";
import { systemError } from "../files.js";
import { graphShapes } from "../graph-shapes.js";
import { openModel, WEIGHTS } from "../model-files.js";

const LEVELS = ["model", "fixed", "circuit"] as const;

export interface ShowCommandOptions {
  readonly what: string;
  readonly weights: string | undefined;
  readonly level: (typeof LEVELS)[number];
}

export const show: Command<ShowCommandOptions> = {
  usage: "show <what>",
  describe: "print a model file or a level of a build as text",
  options: (argv) =>
    argv
      .positional("what", { type: "string", demandOption: true, describe: "model file or build directory" })
      .option("level", { choices: LEVELS, default: "model" as const, describe: "language to print" })
      .option("weights", { type: "string", describe: WEIGHTS }),

  run: async ({ what, level, weights }, output) => {
    const info = await stat(what).catch((error: unknown) => {
      throw new UserError(`cannot be read: ${systemError(error)}`, { where: what });
    });
    const text = info.isDirectory()
      ? await readBuildText(await openBuild(what), `${level}.l1c`)
      : await showModel(what, level, weights);
    output.result({ what, level, text }, text);
    return EXIT.good;
  },
};

async function showModel(
  path: string,
  level: (typeof LEVELS)[number],
  weights: string | undefined,
): Promise<string> {
  if (level !== "model") {
    throw new UserError(`a model file has no ${level} level`, {
      where: path,
      hint: `Compile it first: l1c compile MODEL -o FOLDER; then l1c show FOLDER --level ${level}`,
    });
  }
  const { source } = await openModel(path, weights);
  // Without the sizes of a graph network, a file that leaves them open has no shapes.
  const { config } = await openConfig(path, undefined);
  const { model } = await importModel({ ...source, ...graphShapes(config) });
  return printModel({ ...model, name: basename(path, extname(path)) });
}
