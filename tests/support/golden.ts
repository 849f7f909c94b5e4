import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** Set UPDATE_GOLDEN=1 to write the expected files anew; read the difference before you commit it. */
const UPDATE = process.env.UPDATE_GOLDEN === "1";

/** The path of a file under tests/golden. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
}

export function readGolden(name: string): string {
  return readFileSync(goldenPath(name), "utf8");
}

/** The files in a folder under tests/golden that end in `ending`, without that ending. */
export function goldenCases(folder: string, ending: string): readonly string[] {
  const names = readdirSync(goldenPath(folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).sort();
}

/** Compares a text with the golden file of this name, or writes it where UPDATE_GOLDEN=1. */
export function expectGolden(name: string, text: string): void {
  const path = goldenPath(name);
  if (UPDATE) {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
    return;
  }
  expect(existsSync(path), `${name} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(text, name).toBe(readFileSync(path, "utf8"));
}
