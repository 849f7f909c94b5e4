import { spawnSync } from "node:child_process";

/** True when an external program can be started. */
export function hasTool(command: string, versionFlag = "--version"): boolean {
  return spawnSync(command, [versionFlag], { stdio: "ignore" }).error === undefined;
}

/** Runs an external program; gives its exit code and all that it printed. */
export function runTool(command: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  return { code: status, output: `${stdout}${stderr}` };
}
