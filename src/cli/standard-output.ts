import { EXIT, type ExitCode } from "./command.js";
import { systemError } from "./files.js";

/**
 * Handles a standard output that is closed or full. A reader that has enough (`| head`) is no error; anything else
 * is one line on stderr and exit code 2. Returns what makes of a command's exit code that of the program.
 */
export function guardOutput(
  stdout: NodeJS.EventEmitter = process.stdout,
  stderr: NodeJS.WritableStream = process.stderr,
): (code: ExitCode) => ExitCode {
  let failed = false;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (failed || error.code === "EPIPE") return;
    failed = true;
    // The command may have ended before the output failed.
    process.exitCode = EXIT.userMistake;
    stderr.write(`l1c: the output cannot be written: ${systemError(error)}\n`);
  });
  // Where even the messages cannot be written there is nobody left to tell.
  stderr.on("error", () => {});
  return (code) => (failed ? EXIT.userMistake : code);
}
