import { spawn } from "node:child_process";
import { UserError } from "../ir/errors.js";

export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs an external program and collects what it prints. A program that is not installed is a UserError with exit
 * code 3; `hint` says how to get it.
 */
export function runTool(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly hint: string },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const message = error.code === "ENOENT" ? "it is not installed" : error.message;
      reject(new UserError(message, { where: command, hint: options.hint, exitCode: 3 }));
    });
    child.on("close", (code, signal) => {
      const output = Buffer.concat(chunks).toString("utf8");
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}\nended by ${signal}` });
    });
  });
}
