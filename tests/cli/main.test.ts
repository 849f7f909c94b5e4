import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../src/cli/package.js";

const PROGRAM = packagePath("dist/cli/main.js");

/** The other tests run commands in their own process; this one sees to it that the program does the same. */
describe.runIf(existsSync(PROGRAM))("the program in dist/", () => {
  const l1c = (...args: readonly string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" });

  it("ends with the exit code, prints one JSON object on stdout and the message on stderr", () => {
    const { status, stdout, stderr } = l1c("compile", "no such model.keras", "--json");
    expect(status).toBe(2);
    const message = "no such model.keras: cannot be read: there is no such file or folder";
    expect(JSON.parse(stdout)).toEqual({ error: message });
    expect(stderr).toBe(`l1c: ${message}\n`);
  });

  it("lists its commands", () => {
    const { status, stdout } = l1c("--help");
    expect(status).toBe(0);
    for (const command of ["compile", "sim", "cosim", "eval", "generate", "show"])
      expect(stdout).toContain(`l1c ${command}`);
  });
});
