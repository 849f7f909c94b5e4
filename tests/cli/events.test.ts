import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNpz } from "../../src/events/npz-write.js";
import { runCli, writeNpy } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-events-"));
  writeNpy(at("events.npy"), [2, 4, 4, 2], new Float64Array(64));
  writeNpy(at("shape.npy"), [2, 4, 2, 4], new Float64Array(64));
  const parts: Uint8Array[] = [];
  await writeNpz({ write: async (bytes) => void parts.push(bytes.slice()) }, [
    { name: "events", dtype: "float64", shape: [2, 4, 4, 2], blocks: () => [new Float64Array(64)] },
  ]);
  writeFileSync(at("events.npz"), Buffer.concat(parts));
  writeFileSync(at("l1c.yaml"), "inputs: { x: { array: voxels } }\n");
  const model = fileURLToPath(fixtureUrl("shared.keras"));
  expect((await runCli("compile", model, "-o", at("build"), "-c", at("l1c.yaml"))).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sim = (file: string) => runCli("sim", at("build"), "--events", at(file), "--threads", "1");

describe("the array that feeds an input", () => {
  it("is the only one of a .npy file, whatever the configuration names", async () => {
    expect(await sim("events.npy")).toMatchObject({ code: 0 });
  });

  it("is never called by a name that the user did not give", async () => {
    const { code, stderr } = await sim("shape.npy");
    expect(stderr).toContain(
      "shape.npy: its array holds events of shape [4, 2, 4], the model takes [4, 4, 2]",
    );
    expect(code).toBe(2);
  });

  it("is the named one of a .npz file, even of a file with one array", async () => {
    const { code, stderr } = await sim("events.npz");
    expect(stderr).toContain("it has no array 'voxels' for input 'x'\n  It holds: events.");
    expect(code).toBe(2);
  });
});
