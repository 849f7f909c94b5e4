import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, writeNpy } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-run-"));
  writeNpy(at("events.npy"), [2, 4, 4, 2], new Float64Array(64));
  const model = fileURLToPath(fixtureUrl("shared.keras"));
  expect((await runCli("compile", model, "-o", at("build"))).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command on the build and its events with more options. */
const on = (command: string, ...options: readonly string[]) =>
  runCli(command, at("build"), "--events", at("events.npy"), ...options);

const refused = (where: string) => ({ code: 2, stderr: expect.stringContaining(`l1c: ${where}`) });

describe("l1c refuses, naming the option:", () => {
  it("counts that are none, in every command", async () => {
    for (const threads of ["0", "-2", "1.5", "1e9", "many", "Infinity"]) {
      for (const command of ["sim", "eval"])
        expect(await on(command, "--threads", threads)).toMatchObject(refused("--threads: "));
    }
    for (const limit of ["0", "1.5", "x"])
      expect(await on("sim", "--limit", limit)).toMatchObject(refused("--limit: "));
    for (const events of ["0", "2.5", "x"]) {
      const made = await runCli("generate", "muon", "--events", events, "-o", at("made.npz"));
      expect(made).toMatchObject(refused("--events: "));
      const demo = await runCli("demo", "--cosim-events", events, "-o", at("demo"));
      expect(demo).toMatchObject(refused("--cosim-events: "));
    }
    expect(readdirSync(folder).sort()).toEqual(["build", "events.npy"]);
  });

  it("more events than a file should hold, with a way out", async () => {
    const made = await runCli("generate", "muon", "--events", "1e12", "-o", at("made.npz"));
    expect(made).toMatchObject(refused("--events: 1000000000000 is more than 10000000"));
    expect(made.stderr).toContain("Make several files, each with another --seed.");
  });

  it("numbers that are none", async () => {
    expect(await on("cosim", "--seed", "abc")).toMatchObject(refused("--seed: what is given is no number"));
    for (const seed of ["1.5", "-1", "1e10"])
      expect(await on("cosim", "--seed", seed)).toMatchObject(refused("--seed: "));
    const made = await runCli("generate", "muon", "--events", "5", "--pt-min", "low", "-o", at("made.npz"));
    expect(made).toMatchObject(refused("--pt-min: what is given is no number"));
  });

  it("options without a value, which would count as 0 or as not given", async () => {
    const none = "no value is given";
    for (const [command, options, where] of [
      ["sim", ["--limit="], "--limit"],
      ["sim", ["--limit", ""], "--limit"],
      ["sim", ["--limit"], "--limit"],
      ["sim", ["--threads", "--raw"], "--threads"],
      ["sim", ["-o", " "], "-o"],
      ["sim", ["--output="], "--output"],
      ["eval", ["--threshold="], "--threshold"],
      ["cosim", ["--seed", "--json=false"], "--seed"],
    ] as const)
      expect(await on(command, ...options)).toMatchObject(refused(`${where}: ${none}`));
    for (const option of ["--edges-per-clock", "--latency-cycles", "--threads", "--config"]) {
      const compiled = await runCli("compile", "model.onnx", "-o", at("made"), option);
      expect(compiled).toMatchObject(refused(`${option}: ${none}`));
    }
    expect(await runCli("sim", at("build"), "--events=")).toMatchObject(refused(`--events: ${none}`));
    expect(await runCli("compile", "")).toMatchObject(refused("model: its name is empty"));
    expect(await runCli("estimate", " ")).toMatchObject(refused("build: its name is empty"));
  });

  it("a yes or no that is neither; negative numbers are values", async () => {
    expect(await on("sim", "--raw=yes")).toMatchObject(refused("--raw: 'yes' is neither true nor false"));
    expect(await on("sim", "--limit", "-3")).toMatchObject(refused("--limit: -3 is no whole number"));
    expect(await on("sim", "--raw=false", "--limit", "-3")).toMatchObject(refused("--limit: -3"));
  });

  it("options that are given twice, have parts or are denied", async () => {
    const twice = "the option is given more than once";
    expect(await on("sim", "--limit", "1", "--limit", "2")).toMatchObject(refused(`--limit: ${twice}`));
    expect(await on("sim", "-o", "a.npz", "-o", "b.npz")).toMatchObject(refused(`--output: ${twice}`));
    expect(await on("sim", "--engine", "reference", "--engine", "reference")).toMatchObject(
      refused(`--engine: ${twice}`),
    );
    for (const option of ["--limit.x=3", "--no-output"])
      expect(await on("sim", option)).toMatchObject(refused("Unknown argument"));
  });
});

describe("--json", () => {
  it("prints a mistake as one JSON object in every spelling, and --json=false does not", async () => {
    for (const json of ["--json", "--json=true"]) {
      const { code, stdout } = await on("sim", "--threads", "0", json);
      expect(code).toBe(2);
      expect(JSON.parse(stdout).error).toContain("--threads");
    }
    expect((await on("sim", "--threads", "0", "--json=false")).stdout).toBe("");
  });
});
