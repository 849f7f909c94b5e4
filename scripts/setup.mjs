#!/usr/bin/env node
/**
 * Prepares a clone: npm packages, the compiled program in `dist/` and, with `--tools`, the external tools that
 * co-simulation needs (Verilator, make, a C++ compiler). With `--test-tools` also Icarus Verilog and Yosys, which some
 * tests take where they are there. Does only what is missing or out of date, and says so line by line on stderr. It runs before the packages are there, so it imports nothing but Node's own modules.
 *
 * Exit codes: 0 ready; 1 a command failed; 2 an unknown option; 3 Node is too old or a tool is missing.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const LEAST_NODE = [20, 19];
/** What each Debian package is needed for, and the command that shows that it is there. */
const TOOLS = [
  { command: "verilator", package: "verilator" },
  { command: "make", package: "make" },
  { command: "g++", package: "g++" },
];
/** Tools without which some tests are skipped. */
const TEST_TOOLS = [
  { command: "iverilog", package: "iverilog", option: "-V" },
  { command: "yosys", package: "yosys", option: "-V" },
];

const say = (line) => process.stderr.write(`setup: ${line}\n`);

/** Ends the set-up with an exit code, after the lines that say why and what to do. */
function stop(code, ...lines) {
  for (const line of lines) say(line);
  process.exit(code);
}

/** Runs a command in the clone, its output on stderr; true when it succeeded. */
function attempt(command, args) {
  say(`running: ${[command, ...args].join(" ")}`);
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2] });
  if (error !== undefined) say(`${command} could not be started: ${error.message}`);
  return status === 0;
}

/** As {@link attempt}, but a failure ends the set-up. */
function must(command, args, hint) {
  if (!attempt(command, args)) stop(1, `failed: ${[command, ...args].join(" ")}`, hint);
}

/** The first line that `command --version` prints, or undefined when the command is not there or fails. */
function versionOf(command, option = "--version") {
  const { status, stdout } = spawnSync(command, [option], { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? stdout.trim().split("\n")[0] : undefined;
}

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : undefined);

/** Every file below a folder, sorted. */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1])) {
    stop(3, `Node ${process.versions.node} is too old: install Node ${LEAST_NODE.join(".")} or newer.`);
  }
  say(`Node ${process.versions.node}: good`);
}

/** npm writes `node_modules/.package-lock.json` last, so it tells when, and that, the packages were installed. */
function installPackages() {
  const lock = modified(join(ROOT, "package-lock.json"));
  const installed = modified(join(ROOT, "node_modules", ".package-lock.json"));
  if (lock === undefined) stop(1, "package-lock.json is missing: this is not a complete clone.");
  if (installed !== undefined && installed >= lock) return say("npm packages: up to date");
  say(`npm packages: ${installed === undefined ? "not installed yet" : "older than package-lock.json"}`);
  must(
    "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    "npm's message above says why; it needs a connection to the package registry or a filled cache.",
  );
}

/** A digest of everything the compiled program depends on: paths, sizes and times of the sources, the compiler. */
function fingerprint() {
  const inputs = [
    ...filesBelow(join(ROOT, "src")),
    ...["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((name) => join(ROOT, name)),
  ];
  const hash = createHash("sha256");
  for (const path of inputs.filter(existsSync)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(ROOT, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** Removes compiled files whose source is gone. */
function removeOrphans() {
  const dist = join(ROOT, "dist");
  for (const path of filesBelow(dist)) {
    const source = relative(dist, path).replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
    if (source.endsWith(".ts") && !existsSync(join(ROOT, "src", source))) rmSync(path);
  }
}

function build() {
  const stamp = join(ROOT, "dist", ".setup");
  const current = fingerprint();
  const program = join(ROOT, "dist", "cli", "main.js");
  const built = existsSync(stamp) && existsSync(program) ? readFileSync(stamp, "utf8") : undefined;
  if (built === current) return say("dist: up to date");
  say(`dist: ${built === undefined ? "not built yet" : "older than the sources"}`);
  must(
    process.execPath,
    [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"],
    "The compiler's messages above name the file and the line.",
  );
  removeOrphans();
  writeFileSync(stamp, current);
}

/** How to run apt-get here: directly as root, else through sudo when it asks for no password. */
function aptPrefix() {
  if (versionOf("apt-get") === undefined) return undefined;
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

/** The one line a user types where the set-up may not install packages itself. */
function toolHint(packages) {
  const list = packages.join(" ");
  if (versionOf("apt-get") !== undefined) {
    return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${list}`;
  }
  if (versionOf("brew") !== undefined) return `brew install ${list.replace("g++", "gcc")}`;
  if (versionOf("dnf") !== undefined) return `sudo dnf install -y ${list.replace("g++", "gcc-c++")}`;
  return undefined;
}

/** The tools of a list that are not there. */
function missingOf(tools) {
  return tools.filter(({ command, option }) => {
    const version = versionOf(command, option);
    if (version !== undefined) say(`${command}: ${version}`);
    return version === undefined;
  });
}

/** Runs apt-get in a way that asks nothing; true when it succeeded. */
function apt(prefix, ...args) {
  const line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"];
  const [command, ...rest] = [...prefix, ...line, ...args];
  return attempt(command, rest);
}

/** Installs what some tests can use; where that is not possible those tests are skipped. */
function offerTestTools() {
  const missing = missingOf(TEST_TOOLS);
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.package);
  const prefix = aptPrefix();
  if (prefix !== undefined) {
    say(`missing: ${packages.join(", ")}; installing with apt-get`);
    const updated = apt(prefix, "update");
    if (apt(prefix, "install", "-y", "--no-install-recommends", ...packages) && updated) return;
  }
  say(`without ${packages.join(", ")}: the tests that need them will be skipped`);
}

function ensureTools() {
  const missing = missingOf(TOOLS);
  if (missing.length === 0) return;

  const names = missing.map(({ command }) => command).join(", ");
  const packages = missing.map((tool) => tool.package);
  const prefix = aptPrefix();
  if (prefix === undefined) {
    const hint = toolHint(packages);
    stop(
      3,
      `missing: ${names}; system packages cannot be installed from here.`,
      ...(hint === undefined
        ? [`Install ${names} with your system's package manager, then run this again.`]
        : ["Type this line, then run this again:", `  ${hint}`]),
    );
  }
  say(`missing: ${names}; installing ${packages.join(", ")} with apt-get`);
  // An update may fail for a source that is not needed; the installation then decides.
  const updated = apt(prefix, "update");
  if (!apt(prefix, "install", "-y", "--no-install-recommends", ...packages)) {
    stop(
      1,
      `failed: apt-get install ${packages.join(" ")}${updated ? "" : " (apt-get update failed before)"}`,
      "apt-get's messages above say why.",
    );
  }
  for (const { command } of missing) {
    const version = versionOf(command);
    if (version === undefined) stop(3, `${command} was installed, but '${command} --version' still fails.`);
    say(`${command}: ${version}`);
  }
}

const options = process.argv.slice(2);
const unknown = options.filter((option) => option !== "--tools" && option !== "--test-tools");
if (unknown.length > 0) {
  stop(2, `unknown option ${unknown.join(" ")}`, "usage: node scripts/setup.mjs [--tools] [--test-tools]");
}
checkNode();
installPackages();
build();
if (options.includes("--tools")) ensureTools();
if (options.includes("--test-tools")) offerTestTools();
