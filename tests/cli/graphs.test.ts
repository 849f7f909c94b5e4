import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readGraphPath } from "../../src/cli/graphs.js";
import { collect } from "../support/collect.js";

const FIXTURE = fileURLToPath(new URL("../fixtures/events/graph.npz", import.meta.url));
/** Arrays that are no graph's. */
const STORED = fileURLToPath(new URL("../fixtures/events/numpy_stored.npz", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-graphs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readGraphPath", () => {
  it("reads a graph that numpy wrote, its nodes in Fortran order", async () => {
    const [graph, ...others] = await collect(readGraphPath(FIXTURE));
    expect(others).toEqual([]);
    expect(graph).toEqual({
      nodes: 4,
      edges: 5,
      x: Float32Array.from({ length: 12 }, (_, i) => i / 8),
      edgeAttr: Float32Array.from({ length: 20 }, (_, i) => ((i % 4) * 5 + Math.floor(i / 4)) / 4),
      senders: Int32Array.of(0, 0, 1, 2, 3),
      receivers: Int32Array.of(1, 2, 3, 3, 3),
      y: Uint8Array.of(1, 0, 1, 0, 0),
      pid: Int32Array.of(5, 5, 2 ** 31 - 1, -1),
    });
  });

  it("reads the .npz files of a folder by name, and no others", async () => {
    for (const name of ["b.npz", "a.npz"]) copyFileSync(FIXTURE, join(folder, name));
    writeFileSync(join(folder, "README"), "text");
    copyFileSync(STORED, join(folder, "weights.npz"));
    expect(await collect(readGraphPath(folder))).toHaveLength(2);
    writeFileSync(join(folder, "aa.npz"), "no archive");
    await expect(readGraphPath(folder).next()).rejects.toMatchObject({
      name: "UserError",
      where: join(folder, "aa.npz"),
    });
  });

  it("says what a file is not, where it is no archive at all", async () => {
    const named = (name: string) => readGraphPath(join(folder, name)).next();
    writeFileSync(join(folder, "model.onnx"), "no archive");
    writeFileSync(join(folder, "empty.npz"), "");
    await expect(named("model.onnx")).rejects.toThrow("this is no ZIP archive, as .npz files are");
    await expect(named("empty.npz")).rejects.toThrow("the file is empty");
  });

  it("refuses what holds no graphs", async () => {
    const refused = (path: string, where: string) =>
      expect(collect(readGraphPath(path))).rejects.toMatchObject({
        name: "UserError",
        where: expect.stringContaining(where),
      });
    await refused(join(folder, "missing.npz"), "missing.npz");
    mkdirSync(join(folder, "empty"));
    await refused(join(folder, "empty"), "empty");
    await refused(STORED, "numpy_stored.npz");
    copyFileSync(STORED, join(folder, "empty", "weights.npz"));
    await refused(join(folder, "empty"), "empty");
  });
});
