import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/**
 * The set-up in a small clone of its own, with a PATH that holds only stand-ins for npm and the tools; they write
 * down how they were called. The stand-in for npm installs a stand-in for the compiler.
 */
let clone: string;

const SOURCE = resolve(import.meta.dirname, "../../scripts/setup.mjs");
const TSC = `
const { copyFileSync, mkdirSync, appendFileSync, existsSync, readdirSync } = require("node:fs");
appendFileSync("calls", "tsc " + process.argv.slice(2).join(" ") + "\\n");
if (existsSync("src/broken.ts")) { console.error("src/broken.ts(1,1): error"); process.exit(2); }
mkdirSync("dist/cli", { recursive: true });
for (const name of readdirSync("src/cli")) copyFileSync("src/cli/" + name, "dist/cli/" + name.replace(".ts", ".js"));
`;
const NPM = `
const { mkdirSync, appendFileSync, writeFileSync } = require("node:fs");
appendFileSync("calls", "npm " + process.argv.slice(2).join(" ") + "\\n");
mkdirSync("node_modules/typescript/bin", { recursive: true });
writeFileSync("node_modules/typescript/bin/tsc", ${JSON.stringify(TSC)});
writeFileSync("node_modules/.package-lock.json", "{}");
`;

/** A command on the PATH, written in Node. */
function command(name: string, script: string): void {
  const path = join(clone, "bin", name);
  writeFileSync(path, `#!${process.execPath}\n${script}`);
  chmodSync(path, 0o755);
}

const version = (text: string) =>
  `if (process.argv[2] === "--version") console.log(${JSON.stringify(text)});`;

/** apt-get, whose installation makes the commands of the packages. */
const APT = `
const { appendFileSync, writeFileSync, chmodSync } = require("node:fs");
${version("apt 2.6")}
else {
  appendFileSync("calls", process.env.DEBIAN_FRONTEND + " apt-get " + process.argv.slice(2).join(" ") + "\\n");
  if (process.argv.includes("install")) {
    writeFileSync("bin/verilator", "#!" + process.execPath + "\\nconsole.log('Verilator 5')");
    chmodSync("bin/verilator", 0o755);
  }
}`;
/** env and sudo: run the rest of the line. */
const ENV = `
const [assignment, ...line] = process.argv.slice(2);
const [key, value] = assignment.split("=");
const { spawnSync } = require("node:child_process");
process.exit(spawnSync(line[0], line.slice(1), { stdio: "inherit", env: { ...process.env, [key]: value } }).status);`;
const SUDO = `
const [flag, ...line] = process.argv.slice(2);
if (flag !== "-n") process.exit(1);
if (line[0] === "true") process.exit(0);
require("node:fs").appendFileSync("calls", "sudo ");
process.exit(require("node:child_process").spawnSync(line[0], line.slice(1), { stdio: "inherit" }).status);`;

function run(...args: string[]): { code: number | null; text: string; calls: string[] } {
  rmSync(join(clone, "calls"), { force: true });
  // As an ordinary user, whoever runs the tests: root needs no sudo.
  const user = join(clone, "user.cjs");
  writeFileSync(user, "process.getuid = () => 1000;");
  const result = spawnSync(process.execPath, ["--require", user, join(clone, "scripts/setup.mjs"), ...args], {
    encoding: "utf8",
    env: { PATH: join(clone, "bin") },
  });
  const calls = existsSync(join(clone, "calls"))
    ? readFileSync(join(clone, "calls"), "utf8").trim().split("\n")
    : [];
  return { code: result.status, text: result.stdout + result.stderr, calls };
}

/** Gives a file a time in seconds from now. */
function touch(name: string, seconds: number): void {
  const time = Date.now() / 1000 + seconds;
  utimesSync(join(clone, name), time, time);
}

const NPM_CALL = "npm ci --include=dev --no-audit --no-fund --loglevel=error";
const TSC_CALL = "tsc -p tsconfig.build.json";

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "l1c-setup-"));
  for (const folder of ["bin", "scripts", "src/cli"]) mkdirSync(join(clone, folder), { recursive: true });
  cpSync(SOURCE, join(clone, "scripts/setup.mjs"));
  for (const name of ["package-lock.json", "tsconfig.json", "tsconfig.build.json"]) {
    writeFileSync(join(clone, name), "{}");
    touch(name, -100);
  }
  writeFileSync(join(clone, "src/cli/main.ts"), "");
  command("npm", NPM);
  for (const name of ["verilator", "make", "g++"]) command(name, version(`${name} 1.2`));
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

describe("setup", () => {
  it("installs packages and compiles in a fresh clone, and does nothing when run again", () => {
    const first = run("--tools");
    expect(first.code).toBe(0);
    expect(first.calls).toEqual([NPM_CALL, TSC_CALL]);
    expect(first.text).toContain("setup: verilator: verilator 1.2");
    const second = run("--tools");
    expect(second).toMatchObject({ code: 0, calls: [] });
    expect(second.text).toContain("npm packages: up to date");
    expect(second.text).toContain("dist: up to date");
  });

  it("installs again after package-lock.json changed", () => {
    run();
    touch("package-lock.json", 100);
    expect(run().calls).toEqual([NPM_CALL, TSC_CALL]);
  });

  it("compiles again after a source changed, was added or removed, or dist was lost", () => {
    writeFileSync(join(clone, "src/cli/old.ts"), "");
    run();
    expect(existsSync(join(clone, "dist/cli/old.js"))).toBe(true);
    touch("src/cli/main.ts", -50);
    expect(run().calls).toEqual([TSC_CALL]);
    rmSync(join(clone, "src/cli/old.ts"));
    expect(run().calls).toEqual([TSC_CALL]);
    expect(existsSync(join(clone, "dist/cli/old.js"))).toBe(false);
    rmSync(join(clone, "dist"), { recursive: true });
    expect(run().calls).toEqual([TSC_CALL]);
    expect(run().calls).toEqual([]);
  });

  it("names the command that failed and tries it again the next time", () => {
    writeFileSync(join(clone, "src/broken.ts"), "");
    const { code, text } = run();
    expect(code).toBe(1);
    expect(text).toMatch(/failed: .*tsc -p tsconfig\.build\.json/);
    rmSync(join(clone, "src/broken.ts"));
    expect(run()).toMatchObject({ code: 0, calls: [TSC_CALL] });
  });

  it("stops when npm fails or is missing", () => {
    command("npm", "process.exit(1);");
    expect(run()).toMatchObject({ code: 1, text: expect.stringMatching(/failed: npm ci/) });
    rmSync(join(clone, "bin/npm"));
    expect(run()).toMatchObject({ code: 1, text: expect.stringMatching(/npm could not be started/) });
  });

  it("refuses unknown options", () => {
    expect(run("--tool")).toMatchObject({ code: 2, calls: [], text: expect.stringContaining("--tool") });
  });
});

describe("setup --tools", () => {
  beforeEach(() => {
    run();
    rmSync(join(clone, "bin/verilator"));
    command("env", ENV);
  });

  it("does not look at tools without the option", () => {
    const { code, text } = run();
    expect(code).toBe(0);
    expect(text).not.toContain("verilator");
  });

  it("installs only what is missing, without a question, where sudo asks for no password", () => {
    command("apt-get", APT);
    command("sudo", SUDO);
    const { code, calls, text } = run("--tools");
    expect(calls).toEqual([
      "sudo noninteractive apt-get -q -o DPkg::Lock::Timeout=120 update",
      "sudo noninteractive apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends verilator",
    ]);
    expect(text).toContain("setup: verilator: Verilator 5");
    expect(code).toBe(0);
  });

  it("prints the line to type where sudo asks for a password", () => {
    command("apt-get", APT);
    command("sudo", "process.exit(1);");
    rmSync(join(clone, "bin/make"));
    const { code, calls, text } = run("--tools");
    expect({ code, calls }).toEqual({ code: 3, calls: [] });
    expect(text).toContain(
      "  sudo apt-get update && sudo apt-get install -y --no-install-recommends verilator make\n",
    );
  });

  it("says what is missing where there is no known package manager", () => {
    const { code, text } = run("--tools");
    expect(code).toBe(3);
    expect(text).toContain("missing: verilator");
  });

  it("names a failed installation", () => {
    command("apt-get", `${version("apt 2.6")} else process.exit(100);`);
    command("sudo", SUDO);
    const { code, text } = run("--tools");
    expect(code).toBe(1);
    expect(text).toContain("failed: apt-get install verilator (apt-get update failed before)");
  });
});

describe("setup --test-tools", () => {
  it("installs what tests can use, and does without it where that is not allowed", () => {
    run();
    command("env", ENV);
    command("apt-get", APT);
    command("sudo", "process.exit(1);");
    const refused = run("--test-tools");
    expect(refused).toMatchObject({ code: 0, calls: [] });
    expect(refused.text).toContain("without iverilog, yosys: the tests that need them will be skipped");

    command("sudo", SUDO);
    const { code, calls } = run("--test-tools");
    expect(code).toBe(0);
    expect(calls.at(-1)).toMatch(/install -y --no-install-recommends iverilog yosys$/);
  });
});
