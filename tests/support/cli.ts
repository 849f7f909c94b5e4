import { writeFileSync } from "node:fs";
import { vi } from "vitest";
import { run } from "../../src/cli/run.js";
import { encodeElements, formatNpyHeader } from "../../src/events/npy.js";

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process and collects what it prints. */
export async function runCli(...args: readonly string[]): Promise<CliResult> {
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  const log = vi.spyOn(console, "log").mockImplementation((text) => {
    printed.stdout += `${text}\n`;
  });
  try {
    return { code: await run(args), ...printed };
  } finally {
    for (const spy of [...spies, log]) spy.mockRestore();
  }
}

/** Writes an array as .npy. */
export function writeNpy(
  path: string,
  shape: readonly number[],
  data: Float64Array | Uint8Array | Int32Array,
): void {
  const dtype = data instanceof Float64Array ? "float64" : data instanceof Uint8Array ? "uint8" : "int32";
  writeFileSync(path, Buffer.concat([formatNpyHeader(dtype, shape), encodeElements(data)]));
}
