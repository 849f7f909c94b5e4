import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cacheFolder, entryOf, searchCache } from "../../src/cli/search-cache.js";
import { filesFrom, hashOfSearchCode } from "../../src/cli/search-code.js";
import type { Found, SearchStore } from "../../src/lower/effort.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { fixtureUrl } from "../support/keras-fixture.js";
import { Random } from "../support/random.js";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-search-cache-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const open = (options: { bytes?: number; code?: string } = {}) =>
  searchCache(folder, (line) => said.push(line), options);
const only = () => {
  expect(readdirSync(folder)).toHaveLength(1);
  return at(readdirSync(folder)[0] as string);
};

/** A matrix of 5 x 5 as an adder graph, by a process that has found nothing yet, as its text. */
async function lowered(store?: SearchStore): Promise<string> {
  vi.resetModules();
  const { lowerLinear } = await import("../../src/lower/linear/index.js");
  const random = new Random(5);
  const builder = new ModuleBuilder({ store });
  const inputs = random.array(5, (i) => builder.number(`x${i}`, { lo: -100n, hi: 90n }));
  const sums = random.array(5, () => ({
    weights: random.array(5, () => random.bits(6) - 32n),
    bias: random.bits(4),
  }));
  // A row without terms has no tree.
  sums.push({ weights: [0n, 0n, 0n, 0n, 0n], bias: 3n });
  const outputs = lowerLinear(builder, inputs, sums).map((signal, i) => ({ name: `y${i}`, signal }));
  const module = builder.finish("m", [], outputs);
  return JSON.stringify([module, builder.adderGraphs], (_, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
}

/** Writes another content into an entry's file, with the hash that belongs to it. */
function forge(path: string, change: (found: Found) => Found): void {
  const found = deserialize(readFileSync(path).subarray(32)) as Found;
  writeFileSync(path, entryOf(path.slice(folder.length + 1), change(found)));
}

describe("the cache of adder graphs", () => {
  it("gives the same firmware as a search, from one file for each network", async () => {
    const plain = await lowered();
    expect(await lowered(open())).toBe(plain);
    const path = only();
    expect(path).toMatch(/\/[0-9a-f]{64}\.bin$/);
    const { mtimeMs } = statSync(path);
    const put = vi.fn();
    expect(await lowered({ ...open(), put })).toBe(plain);
    expect(put).not.toHaveBeenCalled();
    expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);
    expect(said).toEqual([]);
  });

  it("is read by the code only that wrote it", async () => {
    await lowered(open({ code: "one" }));
    const put = vi.fn();
    await lowered({ ...open({ code: "other" }), put });
    expect(put).toHaveBeenCalledTimes(1);
  });

  it("ignores and replaces files that are damaged or foreign", async () => {
    const plain = await lowered(open());
    const path = only();
    const whole = readFileSync(path);
    const flipped = Uint8Array.from(whole, (byte, i) => (i === whole.length - 9 ? byte ^ 1 : byte));
    const damages: readonly (() => void)[] = [
      () => truncateSync(path, whole.length - 1),
      () => truncateSync(path, 0),
      () => writeFileSync(path, "not an adder graph"),
      () => writeFileSync(path, flipped),
      // The content of an entry under the name of another one.
      () => writeFileSync(path, entryOf("another.bin", deserialize(whole.subarray(32)) as Found)),
    ];
    for (const damage of damages) {
      damage();
      expect(await lowered(open())).toBe(plain);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    expect(said).toEqual([]);
  });

  it("says so where a graph is wrong, and has it looked for anew", async () => {
    const plain = await lowered(open());
    const path = only();
    const whole = readFileSync(path);
    /** Flips the sign of a tree's first term. */
    const flip = <T extends { term?: { negative: boolean }; parts: readonly T[] }>(tree: T): T =>
      tree.term === undefined
        ? { ...tree, parts: [flip(tree.parts[0] as T), ...tree.parts.slice(1)] }
        : { ...tree, term: { ...tree.term, negative: !tree.term.negative } };
    const forgeries: readonly ((found: Found) => Found)[] = [
      ({ plan, facts }) => ({
        plan: { ...plan, rows: plan.rows.map((row, i) => (i === 2 && row !== undefined ? flip(row) : row)) },
        facts,
      }),
      ({ plan, facts }) => ({ plan: { ...plan, rows: plan.rows.slice(1) }, facts }),
      ({ facts }) => ({ plan: {} as Found["plan"], facts }),
    ];
    for (const forgery of forgeries) {
      said = [];
      forge(path, forgery);
      expect(await lowered(open())).toBe(plain);
      expect(said).toEqual([
        `note: ${path} holds a wrong adder graph: it is removed, and the graph is looked for anew`,
      ]);
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
    // What is no result at all is no entry.
    said = [];
    forge(path, ({ plan }) => ({ plan }) as Found);
    expect(await lowered(open())).toBe(plain);
    expect(said).toEqual([]);
  });

  it("drops what was not used for longest, and what killed runs left, but no file of others", () => {
    const found = { plan: { x: "x".repeat(1000) }, facts: { strategy: "s", lut: 1, saved: 0 } };
    const put = (key: string, bytes?: number) => open({ bytes }).put(key, found as unknown as Found);
    const age = (path: string, minutes: number) => {
      const time = new Date(Date.now() - 60_000 * minutes);
      utimesSync(path, time, time);
    };
    const others = ["notes.txt", `.${"0".repeat(64)}.bin.0123456789ab.tmp`];
    for (const name of others) writeFileSync(at(name), "");
    for (let i = 0; i < 4; i++) put(`key ${i}`);
    const entries = readdirSync(folder).filter((name) => name.endsWith(".bin"));
    expect(entries).toHaveLength(4);
    for (const [i, name] of entries.entries()) age(at(name), 10 * (i + 1));
    const size = statSync(at(entries[0] as string)).size;
    // Room for four: the fifth lets the oldest two go, down to three quarters.
    put("key 4", 4 * size);
    const left = readdirSync(folder).filter((name) => name.endsWith(".bin"));
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining(entries.slice(0, 2)));
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(others));
    age(at(others[1] as string), 61);
    put("key 4");
    expect(readdirSync(folder)).toContain(others[0]);
    expect(readdirSync(folder)).not.toContain(others[1]);
  });

  it("does without where nothing can be written, and says so once", async () => {
    const plain = await lowered();
    writeFileSync(at("file"), "");
    // mkdir's own recursion never ends in /proc.
    for (const place of [at("file"), "/proc/nowhere"]) {
      said = [];
      const store = searchCache(join(place, "l1c"), (line) => said.push(line));
      expect(await lowered(store)).toBe(plain);
      expect(await lowered(store)).toBe(plain);
      expect(said).toEqual([expect.stringMatching(`^note: adder graphs are not cached in ${place}/l1c: `)]);
    }
    if (process.getuid?.() === 0) return;
    mkdirSync(at("closed"));
    chmodSync(at("closed"), 0o500);
    expect(await lowered(searchCache(at("closed"), (line) => said.push(line)))).toBe(plain);
  });

  it("lies where the XDG Base Directory Specification says", () => {
    const { XDG_CACHE_HOME: given, HOME: home } = process.env;
    expect(given).toContain("l1c-cache-");
    expect(cacheFolder()).toBe(join(given as string, "l1c/adder-graphs"));
    try {
      for (const none of ["", "relative"]) {
        process.env.XDG_CACHE_HOME = none;
        expect(cacheFolder()).toBe(join(homedir(), ".cache/l1c/adder-graphs"));
      }
      // Not in the folder that a command happens to run in.
      for (const none of ["", "relative"]) {
        process.env.HOME = none;
        expect(cacheFolder).toThrow(`HOME is no absolute path: '${none}'`);
      }
    } finally {
      process.env.XDG_CACHE_HOME = given;
      if (home === undefined) delete process.env.HOME;
      else process.env.HOME = home;
    }
  });
});

describe("what keys hold of the code", () => {
  it("is a file with all that it imports", () => {
    mkdirSync(at("deep"));
    const files = {
      "a.ts":
        'import {\n  b,\n} from "./deep/b.js";\nimport "node:fs";\n// import "./no.js";\nexport * from "./c.js";\n',
      "c.ts": "",
      "deep/b.js": 'import type { A } from "../a.js";\nimport "../d.js";\n',
      "d.ts": "",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
    const found = filesFrom(new URL(`file://${at("a.js")}`));
    expect([...found.keys()]).toEqual(["a.ts", "deep/b.js", "d.ts", "c.ts"].map(at));
    expect(() => {
      writeFileSync(at("d.ts"), 'import "./e.js";');
      filesFrom(new URL(`file://${at("a.js")}`));
    }).toThrow("no such file");
  });

  it("is all of the search", () => {
    const search = new URL("../../src/lower/linear/search.ts", import.meta.url);
    const names = [...filesFrom(search).keys()].map((path) => path.split("/src/")[1]);
    expect(names).toEqual(
      expect.arrayContaining(["search", "plan", "share", "tree", "cost"].map((x) => `lower/linear/${x}.ts`)),
    );
    expect(hashOfSearchCode()).toBe(hashOfSearchCode());
  });
});

describe("l1c compile with the cache", () => {
  it("makes the same build with and without, and keeps nothing with --no-cache", async () => {
    const model = fileURLToPath(fixtureUrl("shared.keras"));
    const given = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = at("cache");
    try {
      for (const [name, ...options] of [["plain", "--no-cache"], ["cold"], ["warm"]] as const) {
        // A process that has found nothing yet.
        vi.resetModules();
        const { runCli } = await import("../support/cli.js");
        const { code } = await runCli("compile", model, "-o", at(name), ...options);
        expect(code).toBe(0);
        const kept = readdirSync(folder).includes("cache");
        expect(kept).toBe(name !== "plain");
      }
      expect(readdirSync(at("cache/l1c/adder-graphs")).length).toBeGreaterThan(0);
      const files = readdirSync(at("plain"), { recursive: true, encoding: "utf8" });
      for (const other of ["cold", "warm"]) {
        expect(readdirSync(at(other), { recursive: true, encoding: "utf8" })).toEqual(files);
        for (const file of files.filter((path) => statSync(at(join("plain", path))).isFile()))
          expect(readFileSync(at(join(other, file))).equals(readFileSync(at(join("plain", file))))).toBe(
            true,
          );
      }
    } finally {
      process.env.XDG_CACHE_HOME = given;
    }
  });
});
