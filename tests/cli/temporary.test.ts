import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeAtomically } from "../../src/cli/files.js";
import {
  cleanUpOnSignals,
  endingAtOnce,
  temporaryName,
  withTemporary,
  withTemporaryFolder,
} from "../../src/cli/temporary.js";

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-temporary-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the program does on a signal, without the signal: what it stops, and the code that it exits with. */
function onSignal(signal: (typeof SIGNALS)[number]): readonly unknown[] {
  const before = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));
  const done: unknown[] = [];
  cleanUpOnSignals(
    () => done.push("stopped"),
    (code) => done.push(code),
  );
  const added = (name: (typeof SIGNALS)[number]) =>
    process.listeners(name).filter((listener) => !before.get(name)?.includes(listener));
  for (const listener of added(signal)) listener(signal);
  for (const name of SIGNALS) for (const listener of added(name)) process.off(name, listener);
  return done;
}

describe("cleanUpOnSignals", () => {
  it("stops what runs, removes files and folders in use, and exits with the signal's code", async () => {
    const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
    for (const signal of SIGNALS) {
      await withTemporaryFolder(join(folder, "made-"), async (made) => {
        mkdirSync(join(made, "deep"));
        writeFileSync(join(made, "deep", "file"), "");
        await withTemporary(join(folder, "file"), async () => {
          writeFileSync(join(folder, "file"), "");
          expect(onSignal(signal)).toEqual(["stopped", codes[signal]]);
          expect(readdirSync(folder)).toEqual([]);
        });
      });
    }
  });

  it("removes the file that is being written, and leaves alone what is no longer in use", async () => {
    const path = join(folder, "events.npz");
    await writeAtomically(path, async (sink) => {
      await sink.write(new Uint8Array(2_000_000));
      expect(readdirSync(folder).length).toBe(1);
      onSignal("SIGINT");
      expect(readdirSync(folder)).toEqual([]);
    }).catch(() => {});
    await writeAtomically(path, (sink) => sink.write(new Uint8Array(3)));
    onSignal("SIGTERM");
    expect(readdirSync(folder)).toEqual(["events.npz"]);
  });
});

describe("endingAtOnce", () => {
  it("leaves signals to the system while it works, but not while a temporary path is in use", async () => {
    const before = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));
    const added = () =>
      SIGNALS.flatMap((name) =>
        process
          .listeners(name)
          .filter((listener) => !before.get(name)?.includes(listener))
          .map((listener) => [name, listener] as const),
      );
    cleanUpOnSignals(
      () => {},
      () => {},
    );
    const listening = async () => added().length === SIGNALS.length;
    try {
      expect(await endingAtOnce(listening)).toBe(false);
      await expect(endingAtOnce(() => Promise.reject(new Error("fails")))).rejects.toThrow("fails");
      expect(await listening()).toBe(true);
      expect(await withTemporary(join(folder, "file"), () => endingAtOnce(listening))).toBe(true);
    } finally {
      for (const [name, listener] of added()) process.off(name, listener);
    }
  });
});

describe("temporary paths", () => {
  it("have names of their own, so that a file that a killed run left is in nobody's way", async () => {
    expect(temporaryName("x.npz")).toMatch(/^\.x\.npz\.[0-9a-f]{12}\.tmp$/);
    expect(temporaryName("x")).not.toBe(temporaryName("x"));
    writeFileSync(join(folder, `.x.npz.${process.pid}.tmp`), "left");
    await writeAtomically(join(folder, "x.npz"), (sink) => sink.write(new Uint8Array(3)));
    expect(existsSync(join(folder, "x.npz"))).toBe(true);
  });

  it("are removed when their use fails", async () => {
    const failing = withTemporaryFolder(join(folder, "made-"), async (made) => {
      writeFileSync(join(made, "file"), "");
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect(readdirSync(folder)).toEqual([]);
  });
});
