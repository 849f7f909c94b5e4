import { join } from "node:path";
import { renderReport } from "../../report/report.js";
import { openBuild } from "../build-directory.js";
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
    const html = await renderReport(await reportDataOf(build, { seeds: [], commands: [] }));
    await writeText(path, html);
    output.result({ output: path, bytes: Buffer.byteLength(html) }, path);
    return EXIT.good;
  },
};
