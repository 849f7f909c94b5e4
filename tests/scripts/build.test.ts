import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

it("a build is whole whatever was built before, and where", () => {
  const clone = mkdtempSync(join(tmpdir(), "l1c-build-"));
  const build = (...options: readonly string[]) => {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...options], {
      cwd: clone,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  };
  const answer = (folder: string) => readFileSync(join(clone, folder, "answer.js"), "utf8");
  try {
    for (const name of ["tsconfig.json", "tsconfig.build.json", "package.json"]) {
      copyFileSync(join(ROOT, name), join(clone, name));
    }
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    mkdirSync(join(clone, "src"));
    writeFileSync(join(clone, "src/answer.ts"), "export const answer: number = 41;\n");
    build();
    expect(answer("dist")).toContain("answer = 41");
    writeFileSync(join(clone, "src/answer.ts"), "export const answer: number = 42;\n");
    build("--outDir", "elsewhere");
    expect(answer("elsewhere")).toContain("answer = 42");
    build();
    expect(answer("dist")).toContain("answer = 42");
    rmSync(join(clone, "dist/answer.js"));
    build();
    expect(answer("dist")).toContain("answer = 42");
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}, 60_000);
