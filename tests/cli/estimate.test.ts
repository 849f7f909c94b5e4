import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../src/cli/manifest.js";
import { packagePath } from "../../src/cli/package.js";
import type { Resources } from "../../src/estimate/counts.js";
import { runCli } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";
import { hasTool } from "../support/tools.js";

const HAS_YOSYS = hasTool("yosys", "-V");
const HAS_NPM_YOSYS = existsSync(packagePath("node_modules/@yowasp/yosys"));

let folder: string;
const { PATH } = process.env;
const at = (name: string) => join(folder, name);
const manifestOf = (build: string): Manifest =>
  JSON.parse(readFileSync(at(`${build}/manifest.json`), "utf8"));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-estimate-test-"));
  const model = fileURLToPath(fixtureUrl("shared.keras"));
  expect((await runCli("compile", model, "-o", at("build"), "--columns", "3")).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the build that takes other resources. */
function buildWith(name: string, resources: Partial<Resources>): string {
  const manifest = manifestOf("build");
  const total = { ...manifest.resources.total, ...resources };
  cpSync(at("build"), at(name), { recursive: true });
  writeFileSync(
    at(`${name}/manifest.json`),
    JSON.stringify({ ...manifest, resources: { ...manifest.resources, total } }),
  );
  return at(name);
}

describe("l1c estimate", () => {
  it("tells the elements of each layer and the shares of the device and of one SLR", async () => {
    const { code, stdout } = await runCli("estimate", at("build"), "--json");
    expect(code).toBe(0);
    const { layers, resources } = manifestOf("build");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ device: "xcvu13p", slrs: 4, total: resources.total, synthesis: null });
    expect(result.layers.map(({ name }: { name: string }) => name)).toEqual(layers.map(({ name }) => name));
    const lut = resources.total.lut + resources.total.srl;
    expect(result.shares[0]).toEqual({ name: "LUT", used: lut, device: 1_728_000, slr: 432_000 });
    expect(result.fits).toBe(true);

    const text = (await runCli("estimate", at("build"), "--fit")).stdout;
    for (const { name } of layers) expect(text).toContain(`\n${name} `);
    expect(text).toContain(`${((100 * lut) / 432_000).toFixed(2)} %`);
    expect(text).toContain("fits one of the 4 SLRs of xcvu13p");
  });

  it.each([
    ["an SLR", { lut: 400_000, srl: 40_000 }, "DOES NOT FIT one of the 4 SLRs of xcvu13p: LUT"],
    ["the device", { lut: 10, ff: 3_500_000, bram: 3000 }, "DOES NOT FIT xcvu13p: FF, BRAM"],
  ])("fails with --fit when it does not fit %s", async (what, resources, message) => {
    const build = buildWith(what, resources);
    const { code, stdout } = await runCli("estimate", build, "--fit");
    expect(stdout).toContain(message);
    expect(code).toBe(1);
    expect((await runCli("estimate", build)).code).toBe(0);
  });

  it.runIf(HAS_YOSYS)("puts what Yosys counts beside the estimate", async () => {
    const { code, stdout, stderr } = await runCli("estimate", at("build"), "--synth", "--json");
    expect(stderr).toContain("synthesizing");
    expect(code).toBe(0);
    const { synthesis } = JSON.parse(stdout);
    expect(synthesis.tool).toMatch(/^Yosys \d/);
    expect(synthesis.modules.length).toBeGreaterThan(0);
    for (const { module, estimate, yosys } of synthesis.modules) {
      expect(yosys.lut).toBeGreaterThan(0);
      expect(Math.abs(estimate.lut - yosys.lut), module).toBeLessThanOrEqual(2 + 0.1 * yosys.lut);
    }
  });

  it.runIf(HAS_YOSYS)(
    "counts products in DSPs as Yosys does",
    async () => {
      const model = fileURLToPath(fixtureUrl("layers_merge.keras"));
      const types = ["a", "b", "c", "d", "e"].flatMap((name) => ["--type", `${name}=fixed<8,4>`]);
      const compile = (...more: string[]) =>
        runCli("compile", model, "-o", at("products"), "--architecture", "parallel", ...types, ...more);
      const wrong = await compile("--multipliers", "luts");
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain("multipliers");
      expect((await compile("--multipliers", "dsp")).stdout).toMatch(/about \d+ LUT, \d+ FF, 112 DSP/);
      const { stdout } = await runCli("estimate", at("products"), "--synth", "--json");
      const { synthesis, shares } = JSON.parse(stdout);
      expect(shares).toContainEqual({ name: "DSP", used: 112, device: 12_288, slr: 3072 });
      for (const { module, estimate, yosys } of synthesis.modules)
        expect([module, estimate.dsp]).toEqual([module, yosys.dsp]);
    },
    120_000,
  );

  it.runIf(HAS_YOSYS)("says when Yosys does not end in time", async () => {
    const { code, stdout } = await runCli("estimate", at("build"), "--synth", "--seconds", "1");
    expect(code).toBe(0);
    expect(stdout).toContain("Yosys did not end in time where '-' stands");
  });

  const withoutYosys = (...args: readonly string[]) => {
    process.env.PATH = folder;
    return runCli("estimate", at("build"), "--synth", ...args).finally(() => {
      process.env.PATH = PATH;
    });
  };

  it.runIf(HAS_YOSYS && HAS_NPM_YOSYS)(
    "takes the npm build of Yosys where there is no other, which counts the same",
    async () => {
      const [own, npm] = [
        await runCli("estimate", at("build"), "--synth", "--json"),
        await withoutYosys("--json"),
      ];
      expect(npm.code).toBe(0);
      const [a, b] = [own, npm].map(({ stdout }) => JSON.parse(stdout).synthesis);
      expect(b.tool).toMatch(/^Yosys [\d.]+ \(npm\)$/);
      expect(b.modules).toEqual(a.modules);
    },
    600_000,
  );

  it.runIf(!HAS_NPM_YOSYS)("names a missing Yosys", async () => {
    const missing = await withoutYosys();
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("yosys: it is not installed");
    expect(missing.stderr).toContain("apt-get install yosys");
    const { peerDependencies } = JSON.parse(readFileSync(packagePath("package.json"), "utf8"));
    const version = peerDependencies["@yowasp/yosys"];
    expect(missing.stderr).toContain(`npm install --no-save @yowasp/yosys@${version}`);
  });

  it("names mistakes", async () => {
    expect((await runCli("estimate", at("nowhere"))).code).toBe(2);
    const idle = await runCli("estimate", at("build"), "--seconds", "5");
    expect(idle).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--seconds: it is the time of Yosys"),
    });
    const seconds = await runCli("estimate", at("build"), "--synth", "--seconds", "0");
    expect(seconds.code).toBe(2);
    expect(seconds.stderr).toContain("--seconds: 0 is no whole number of 1 or more");
  });
});
