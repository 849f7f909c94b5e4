import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../src/cli/package.js";
import { writeNpy } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";
import { hasTool } from "../support/tools.js";

const PROGRAM = packagePath("dist/cli/main.js");
const MODEL = fileURLToPath(fixtureUrl("shared.keras"));

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

  /** Runs `l1c` in a shell, whose redirections and pipes `rest` holds; l1c's own exit code is printed on stderr. */
  const shell = (rest: string) =>
    spawnSync(
      "sh",
      ["-c", `("$0" "$1" show "$2" ; echo "code $?" >&2) ${rest}`, process.execPath, PROGRAM, MODEL],
      {
        encoding: "utf8",
      },
    ).stderr;

  it("takes it calmly when its reader has enough", () => {
    expect(shell("| true")).toBe("code 0\n");
  });

  it.runIf(existsSync("/dev/full"))("says in one line that its output cannot be written", () => {
    expect(shell("> /dev/full")).toBe(
      "l1c: the output cannot be written: no space left on the device\ncode 2\n",
    );
  });

  describe("ended by a signal", () => {
    /** Starts a command, ends it once `file` matches one in the folder, and gives its exit code and what is left. */
    const interrupted = async (signal: NodeJS.Signals, file: RegExp, ...args: readonly string[]) => {
      const folder = mkdtempSync(join(tmpdir(), "l1c-signal-"));
      try {
        const env = { ...process.env, TMPDIR: folder };
        const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env, stdio: "ignore" });
        const closed = once(child, "close");
        const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" });
        while (child.exitCode === null && !files().some((name) => file.test(name)))
          await new Promise((resolve) => setTimeout(resolve, 20));
        child.kill(signal);
        const [code] = await closed;
        // What a tool that still ran would write.
        await new Promise((resolve) => setTimeout(resolve, 500));
        return { code, left: readdirSync(folder) };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };

    it("leaves no file half-written", async () => {
      const generate = ["generate", "muon", "--events", "1000000", "-o", "x.npz"];
      expect(await interrupted("SIGTERM", /^\.x\.npz/, ...generate)).toEqual({ code: 143, left: [] });
    });

    it("ends at once while it looks for adder graphs", async () => {
      const folder = mkdtempSync(join(tmpdir(), "l1c-signal-"));
      try {
        const model = packagePath("examples/muon-cnn/model.keras");
        const args = ["compile", model, "-o", join(folder, "build"), "--effort", "3", "--no-cache"];
        const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "ignore", "pipe"] });
        const closed = once(child, "close");
        await once(child.stderr, "data");
        await new Promise((resolve) => setTimeout(resolve, 3000));
        child.kill("SIGINT");
        // By the system: the program itself is too busy to end with an exit code.
        expect(await closed).toEqual([null, "SIGINT"]);
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it.runIf(hasTool("verilator"))("stops the tools that it started and removes their folder", async () => {
      const inputs = mkdtempSync(join(tmpdir(), "l1c-inputs-"));
      try {
        writeNpy(join(inputs, "events.npy"), [2, 4, 4, 2], new Float64Array(64));
        expect(l1c("compile", MODEL, "-o", join(inputs, "build")).status).toBe(0);
        const cosim = ["cosim", join(inputs, "build"), "--events", join(inputs, "events.npy")];
        const found = await interrupted("SIGINT", /verilated\/.*\.mk$/, ...cosim);
        expect(found).toEqual({ code: 130, left: [] });
      } finally {
        rmSync(inputs, { recursive: true, force: true });
      }
    });
  });
});
