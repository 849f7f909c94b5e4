import { type ChildProcess, spawn } from "node:child_process";
import { UserError } from "../ir/errors.js";

export interface ToolResult {
  readonly code: number;
  readonly output: string;
  /** It took longer than it was given, and was stopped. */
  readonly late: boolean;
}

/** The tools that run now. */
const running = new Set<ChildProcess>();

/** Ends every tool that runs now, with all that it started. */
export function stopTools(): void {
  running.forEach(stop);
}

function stop({ pid }: ChildProcess): void {
  try {
    // Each tool leads a process group of its own: Verilator starts make, which starts the compiler.
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/**
 * Runs an external program and collects what it prints. A program that is not installed is a UserError with exit
 * code 3; `hint` says how to get it. It works in `folder` and leaves its own temporary files there, the compiler's
 * for example: who removes the folder removes them, even when the program was stopped. After `seconds` it is stopped.
 */
export function runTool(
  command: string,
  args: readonly string[],
  options: { readonly folder?: string; readonly hint: string; readonly seconds?: number },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const { folder } = options;
    const child = spawn(command, args, {
      ...(folder !== undefined && { cwd: folder, env: { ...process.env, TMPDIR: folder } }),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    let late = false;
    const timer =
      options.seconds === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            stop(child);
          }, 1000 * options.seconds);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) => {
      running.delete(child);
      clearTimeout(timer);
      const message = error.code === "ENOENT" ? "it is not installed" : error.message;
      reject(new UserError(message, { where: command, hint: options.hint, exitCode: 3 }));
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString("utf8");
      resolve({ code: code ?? 1, output: signal === null ? output : `${output}\nended by ${signal}`, late });
    });
  });
}
