import { join } from "node:path";
import type { ReportData } from "../../report/data.js";
import { renderReport } from "../../report/report.js";
import { type Build, openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { writeText } from "../files.js";
import { reportDataOf } from "../report-data.js";

export interface ReportCommandOptions {
  readonly build: string;
  readonly output: string | undefined;
}

export const report: Command<ReportCommandOptions> = {
  usage: "report <build>",
  describe: "write one self-contained HTML page about a build, with the results of cosim and eval",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("output", {
        alias: "o",
        type: "string",
        describe: "file to write (default: report.html in the build)",
      }),

  run: async (options, output) => {
    const build = await openBuild(options.build);
    const path = options.output ?? join(options.build, "report.html");
    const bytes = await writeReport(build, path, { seeds: [], commands: [] });
    output.result({ output: path, bytes }, path);
    return EXIT.good;
  },
};

/** Writes the page about a build; `made` says what else is needed to get it again. Returns its size in bytes. */
export async function writeReport(
  build: Build,
  path: string,
  made: Pick<ReportData["provenance"], "seeds" | "commands">,
): Promise<number> {
  const html = await renderReport(await reportDataOf(build, made));
  await writeText(path, html);
  return Buffer.byteLength(html);
}
