import { availableParallelism } from "node:os";
import { join } from "node:path";
import { renderPlots } from "../../report/plots/index.js";
import { openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount, MOST_THREADS } from "../count.js";
import { evaluationOf } from "../evaluate/index.js";
import { writeText } from "../files.js";
import { keepResult, RESULT_HINT } from "../results.js";

export interface EvalCommandOptions {
  readonly build: string;
  readonly events: string;
  readonly limit: number | undefined;
  readonly threads: number;
  readonly sample: string | undefined;
  readonly threshold?: number | undefined;
}

export const evaluate: Command<EvalCommandOptions> = {
  usage: "eval <build>",
  describe: "the physics of the firmware beside that of the float model, on events with truth",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("events", {
        type: "string",
        demandOption: true,
        describe: "events with truth (.npz, .root; graphs: .npz or a folder of them)",
      })
      .option("limit", { type: "number", describe: "use only the first N events" })
      .option("threads", { type: "number", default: availableParallelism(), describe: "worker threads" })
      .option("sample", { type: "string", describe: "the sample in words, for the report" })
      .option("threshold", {
        type: "number",
        describe:
          "of graphs: probability from which an edge is taken, where the build has no threshold (default: 0.5)",
      }),

  run: async (options, output) => {
    checkCount("threads", options.threads, { most: MOST_THREADS });
    const build = await openBuild(options.build);
    const { result, text } = await evaluationOf(build).run(
      build,
      { ...options, threshold: options.threshold },
      output,
    );
    await keepResult(build, "eval", result);
    const plots = join(build.folder, "results", "plots");
    for (const { name, svg } of await renderPlots(result))
      await writeText(join(plots, `${name}.svg`), svg, RESULT_HINT);
    output.result(result, text);
    return EXIT.good;
  },
};
