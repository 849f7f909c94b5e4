import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/cli/build-directory.js";
import { printType } from "../../src/ir/fixed-point.js";
import { parseModel } from "../../src/ir/model/text.js";
import { runCli, writeNpy } from "../support/cli.js";
import { fixtureUrl } from "../support/keras-fixture.js";
import { Random } from "../support/random.js";

/** Float: image [5, 6, 2] → three convolutions → sigmoid. */
const MODEL = fileURLToPath(fixtureUrl("plain.keras"));
const SIZE = 5 * 6 * 2;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

function compile(yaml: string, ...args: readonly string[]) {
  writeFileSync(at("l1c.yaml"), yaml);
  return runCli("compile", MODEL, "-o", at("build"), "-c", at("l1c.yaml"), ...args);
}

function writeEvents(count: number): string {
  const random = new Random(1);
  const data = Float64Array.from({ length: count * SIZE }, () => random.next());
  writeNpy(at("events.npy"), [count, 5, 6, 2], data);
  return at("events.npy");
}

describe("l1c compile --calibrate", () => {
  it("quantizes a float model by events, as the configuration says", async () => {
    const { code, stderr } = await compile(
      `quantize:
  weights: { bits: 4, per: tensor }
  activations: { bits: 3, range: { percentile: 99.9 } }
  equalize: true
  layers:
    b: { weights: { bits: 3, range: least_squared_error }, activations: { bits: 2 } }
types: { image: "ufixed<2,0>" }
`,
      "--calibrate",
      writeEvents(20),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("compiling") });
    const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
    const events = at("events.npy");
    expect(manifest.calibration).toEqual({ file: events, sha256: sha256(readFileSync(events)) });
    const model = parseModel(readFileSync(at("build/model.l1c"), "utf8"), "model.l1c");
    const types = model.nodes.flatMap((node) =>
      node.op === "quantize"
        ? [[node.name, ...node.quantizer.types.items.map(printType)]]
        : node.op === "conv2d"
          ? [[node.name, ...(node.kernelQuantizer?.types.items ?? []).map(({ width }) => width)]]
          : [],
    );
    expect(types).toEqual([
      ["image.quantized", "ufixed<2,0>"],
      ["a", 4],
      ["a.relu.quantized", expect.stringMatching(/^ufixed<3,/)],
      ["b", 3],
      ["c.quantized", expect.stringMatching(/^ufixed<2,/)],
      ["d", 4],
      ["d.quantized", expect.stringMatching(/^fixed<3,/)],
    ]);
  }, 60_000);

  it("refuses a configuration without events, nodes that are not there, and files that do not fit", async () => {
    const without = await compile("quantize: { weights: { bits: 4 } }\n");
    expect(without.code).toBe(2);
    expect(without.stderr).toContain("Give them: l1c compile --calibrate FILE.");
    const events = writeEvents(2);
    const unknown = await compile(
      "quantize: { layers: { e: { weights: { bits: 4 } } } }\n",
      "--calibrate",
      events,
    );
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("quantize: layers: e: the model has no node of this name");
    expect(unknown.stderr).toContain("It chooses types for: a, b, d, image, a.relu, c, d.sigmoid.");
    const range = await compile("quantize: { weights: { range: most } }\n", "--calibrate", events);
    expect(range).toMatchObject({ code: 2, stderr: expect.stringContaining("quantize.weights.range") });
    writeNpy(at("other.npy"), [2, 3], new Float64Array(6));
    const shape = await compile("", "--calibrate", at("other.npy"));
    expect(shape).toMatchObject({ code: 2, stderr: expect.stringContaining("the model takes [5, 6, 2]") });
    const missing = await compile("", "--calibrate", at("none.npy"));
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("none.npy") });
  });

  it.each([
    ["compile", "NaN", Number.NaN],
    ["compile", "Infinity", Number.POSITIVE_INFINITY],
    ["scan", "NaN", Number.NaN],
  ])("%s names the file and the event of a value that is %s", async (command, printed, value) => {
    // Events are read in blocks of 200.
    const data = new Float64Array(203 * SIZE);
    data[201 * SIZE + 7] = value;
    writeNpy(at("bad.npy"), [203, 5, 6, 2], data);
    const more = command === "scan" ? ["--loss", "0.1"] : ["-o", at("build")];
    const { code, stderr } = await runCli(command, MODEL, "--calibrate", at("bad.npy"), ...more);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${at("bad.npy")}: event 201, value 7 of input 'image': ${printed} is no finite number`,
    );
  });
});
