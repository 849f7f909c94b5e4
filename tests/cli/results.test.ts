import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBuild } from "../../src/cli/build-directory.js";
import { keepResult, type ResultName, readResult } from "../../src/cli/results.js";
import { runCli } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";

const COSIM = {
  simulator: "Verilator 5",
  events: 2,
  bitsCompared: 4,
  bitsDiffering: 0,
  differences: [],
  latencies: [3],
  intervals: [],
  protocol: [],
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-results-"));
  const model = fileURLToPath(fixtureUrl("shared.keras"));
  expect((await runCli("compile", model, "-o", folder)).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `l1c report` says when a kept result is `text`. */
async function reportWith(name: ResultName, text: string) {
  mkdirSync(join(folder, "results"), { recursive: true });
  writeFileSync(join(folder, `results/${name}.json`), text);
  const result = await runCli("report", folder);
  rmSync(join(folder, `results/${name}.json`));
  return result;
}

describe("the results in a build directory", () => {
  it("are kept whole, and read as they were; none is undefined", async () => {
    const build = await openBuild(folder);
    expect(await readResult(build, "cosim")).toBeUndefined();
    await keepResult(build, "cosim", COSIM);
    expect(await readResult(build, "cosim")).toEqual(COSIM);
    expect(readdirSync(join(folder, "results"))).toEqual(["cosim.json"]);
    expect((await reportWith("cosim", JSON.stringify({ ...COSIM, more: 1 }))).code).toBe(0);
  });

  it.each<[ResultName, string, string]>([
    ["cosim", JSON.stringify(COSIM).slice(0, 40), "cosim.json: is no JSON"],
    ["cosim", "{}", "cosim.json: simulator: "],
    ["cosim", JSON.stringify({ ...COSIM, latencies: ["3"] }), "cosim.json: latencies.0: "],
    ["eval", "", "eval.json: is no JSON"],
    ["eval", "null", "eval.json: (whole file): "],
    [
      "eval",
      '{ "task": "muon", "physics": { "sample": "s", "thresholdOf": "logit", "algorithms": [] } }',
      "physics.algorithms",
    ],
    ["eval", '{ "task": "tracker", "physics": { "sample": "s" } }', "eval.json: physics.edges"],
    ["eval", '{ "physics": {} }', "eval.json: task"],
  ])("of %s that are %s are refused, with what to do", async (name, text, message) => {
    const { code, stderr } = await reportWith(name, text);
    expect(stderr).toContain(message);
    expect(stderr).toContain(`Run l1c ${name} again.`);
    expect(stderr).not.toMatch(/internal error|\n\s+at /);
    expect(code).toBe(2);
  });
});
