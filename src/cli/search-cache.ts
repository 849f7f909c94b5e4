import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { z } from "zod";
import type { Found, SearchStore } from "../lower/effort.js";
import type { Plan } from "../lower/linear/plan.js";
import { systemError } from "./files.js";
import { hashOfSearchCode } from "./search-code.js";
import { temporaryName } from "./temporary.js";

/** The cache takes about as many bytes: what was not used for longest goes first. */
const MOST_BYTES = 256 * 2 ** 20;
/** SHA-256. */
const HASH_BYTES = 32;
/** What was written since the cache was last tidied up, at most. */
const UNTIDY_BYTES = 16 * 2 ** 20;
/** Temporary files that are older were left behind by a run that was killed. */
const STALE_MS = 3_600_000;

const ENTRY = /^[0-9a-f]{64}\.bin$/;
const TEMPORARY = /^\.[0-9a-f]{64}\.bin\.[0-9a-f]{12}\.tmp$/;

/** Its plan is proven by whoever uses it. */
const FOUND = z.object({
  plan: z.custom<Plan>((value) => typeof value === "object" && value !== null),
  facts: z.looseObject({ strategy: z.string(), lut: z.number(), saved: z.number() }),
});

/** The user's cache of adder graphs; none, with a line to `say`, where there is no place for caches. */
export function openSearchCache(say: (line: string) => void): SearchStore | undefined {
  try {
    return searchCache(cacheFolder(), say);
  } catch (error) {
    say(`note: adder graphs are not cached: ${systemError(error)}`);
    return undefined;
  }
}

/** Where the cache lies, by the XDG Base Directory Specification. Throws where a user has no home. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: given } = process.env;
  if (given !== undefined && isAbsolute(given)) return join(given, "l1c", "adder-graphs");
  const home = homedir();
  // An empty HOME would put the cache into whatever folder the command runs in.
  if (!isAbsolute(home)) throw new Error(`HOME is no absolute path: '${home}'`);
  return join(home, ".cache", "l1c", "adder-graphs");
}

/**
 * Found adder graphs in files, one for each network, effort and compiler. A file that is damaged is none, and is replaced; where
 * nothing can be written `say` gets one line, and nothing is kept.
 */
export function searchCache(
  folder: string,
  say: (line: string) => void,
  { bytes = MOST_BYTES, code = hashOfSearchCode() } = {},
): SearchStore {
  const refused = new Set<string>();
  let writable = true;
  let untidy = Number.POSITIVE_INFINITY;

  const nameOf = (key: string) => `${sha256(code, key).toString("hex")}.bin`;
  const write = (name: string, entry: Uint8Array) => {
    makeFolder(folder);
    const temporary = join(folder, temporaryName(name));
    try {
      writeFileSync(temporary, entry, { flag: "wx" });
      renameSync(temporary, join(folder, name));
    } finally {
      rmSync(temporary, { force: true });
    }
    untidy += entry.length;
    if (untidy <= UNTIDY_BYTES) return;
    tidy(folder, bytes);
    untidy = 0;
  };

  return {
    get(key) {
      const name = nameOf(key);
      if (refused.has(name)) return undefined;
      const path = join(folder, name);
      const found = readEntry(path, name);
      if (found !== undefined) touch(path);
      return found;
    },
    put(key, found) {
      if (!writable) return;
      const name = nameOf(key);
      try {
        write(name, entryOf(name, found));
        refused.delete(name);
      } catch (error) {
        writable = false;
        say(`note: adder graphs are not cached in ${folder}: ${systemError(error)}`);
      }
    },
    refuse(key) {
      const name = nameOf(key);
      refused.add(name);
      const path = join(folder, name);
      say(`note: ${path} holds a wrong adder graph: it is removed, and the graph is looked for anew`);
      remove(path);
    },
  };
}

/** Makes a folder, for the user only, and those that it lies in. mkdirSync's own recursion never ends in places like /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another run may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}

/** The bytes of an entry's file: the hash of its name and content, then the content. */
export function entryOf(name: string, found: Found): Uint8Array {
  const content = serialize(found);
  return Buffer.concat([sha256(name, content), content]);
}

function readEntry(path: string, name: string): Found | undefined {
  try {
    const entry = readFileSync(path);
    const content = entry.subarray(HASH_BYTES);
    if (!sha256(name, content).equals(entry.subarray(0, HASH_BYTES))) return undefined;
    return FOUND.safeParse(deserialize(content)).data;
  } catch {
    return undefined;
  }
}

/** Removes what was not used for longest until a quarter of the room is free, if more than all of it is taken; and what killed runs left. */
function tidy(folder: string, bytes: number): void {
  const files = readdirSync(folder).flatMap((name) => {
    if (!ENTRY.test(name) && !TEMPORARY.test(name)) return [];
    const path = join(folder, name);
    const info = statSync(path, { throwIfNoEntry: false });
    return info === undefined ? [] : [{ path, size: info.size, used: info.mtimeMs, entry: ENTRY.test(name) }];
  });
  for (const { path, used, entry } of files) if (!entry && used < Date.now() - STALE_MS) remove(path);
  const entries = files.filter(({ entry }) => entry).toSorted((a, b) => a.used - b.used);
  let total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total <= bytes) return;
  for (const { path, size } of entries) {
    if (total <= (3 / 4) * bytes) return;
    remove(path);
    total -= size;
  }
}

/** What is used is not removed for long; where that cannot be noted it is removed sooner. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // It is used all the same.
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What cannot be removed stays.
  }
}

/** Of two parts, the first of which has no zero byte. */
function sha256(first: string, second: string | Uint8Array): Buffer {
  return createHash("sha256").update(`${first}\0`).update(second).digest();
}
