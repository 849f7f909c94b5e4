import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";

const MODEL = fileURLToPath(fixtureUrl("shared.keras"));

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-build-"));
  expect((await compile()).code).toBe(0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const compile = (model = MODEL) => runCli("compile", model, "-o", at("build"));

describe("an older build", () => {
  it("is replaced with its results and its report, and nothing is left beside it", async () => {
    mkdirSync(at("build/results/plots"), { recursive: true });
    for (const name of ["results/cosim.json", "results/plots/efficiency.svg", "report.html"])
      writeFileSync(at(`build/${name}`), "old");
    expect((await compile()).code).toBe(0);
    expect(existsSync(at("build/results"))).toBe(false);
    expect(existsSync(at("build/report.html"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["build"]);
  });

  it.each(["thesis.tex", "verilog/mine.v", "verilog/deep/mine.v", "results.txt", ".git/config"])(
    "is not replaced when the user put %s there",
    async (name) => {
      const path = at(`build/${name}`);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, "years of work");
      const { code, stderr } = await compile();
      expect([code, stderr]).toEqual([2, expect.stringContaining(`l1c did not write '${name}' there`)]);
      expect(stderr).toContain("choose another folder with -o");
      expect(readFileSync(path, "utf8")).toBe("years of work");
      expect(readdirSync(folder)).toEqual(["build"]);
    },
  );

  it("is not replaced with the model that is compiled, nor with a link to a folder", async () => {
    copyFileSync(MODEL, at("build/net.keras"));
    expect((await compile(at("build/net.keras"))).stderr).toContain("l1c did not write 'net.keras' there");
    expect(readFileSync(at("build/net.keras"))).toEqual(readFileSync(MODEL));
    rmSync(at("build/net.keras"));
    mkdirSync(at("elsewhere"));
    symlinkSync(at("elsewhere"), at("build/link"));
    expect((await compile()).stderr).toContain("l1c did not write 'link' there");
  });
});
