import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeElements, encodeElements, formatNpyHeader } from "../../../src/events/npy.js";
import { importModel } from "../../../src/import/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { runCli, writeNpy } from "../../support/cli.js";
import { fixtureUrl } from "../../support/keras-fixture.js";
import { Random } from "../../support/random.js";

/** Float: image [5, 6, 2] → three convolutions → sigmoid, [4, 5, 2]. */
const MODEL = fileURLToPath(fixtureUrl("plain.keras"));
const [SIZE, OUT, EVENTS] = [5 * 6 * 2, 4 * 5 * 2, 30];

let folder: string;
/** The float model's outputs on the events. */
let float: Float64Array;
const at = (name: string) => join(folder, name);
const scan = (...args: readonly string[]) => runCli("scan", MODEL, "--calibrate", at("x.npy"), ...args);
const decisions = (values: Float64Array) =>
  Uint8Array.from({ length: values.length / 2 }, (_, i) => (values[2 * i + 1] > values[2 * i] ? 1 : 0));
const fractionEqual = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).filter((x, i) => x === b[i]).length / a.length;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-scan-"));
  const random = new Random(1);
  const x = Float64Array.from({ length: EVENTS * SIZE }, () => random.next());
  writeNpy(at("x.npy"), [EVENTS, 5, 6, 2], x);
  const source = { name: MODEL, bytes: readFileSync(MODEL), external: () => undefined };
  const { model } = await importModel(source);
  const { run } = createFloatExecutor(model, { quantizers: "apply" });
  float = new Float64Array(EVENTS * OUT);
  for (let e = 0; e < EVENTS; e++) float.set(run({ image: x.slice(e * SIZE, (e + 1) * SIZE) }).d, e * OUT);
  const labels = decisions(float).map((bit) => (random.next() < 0.1 ? 1 - bit : bit));
  writeNpy(at("labels.npy"), [EVENTS, 4, 5], labels);
  const npy = (shape: readonly number[], data: Float64Array | Uint8Array) =>
    Buffer.concat([
      formatNpyHeader(data instanceof Uint8Array ? "uint8" : "float64", shape),
      encodeElements(data),
    ]);
  const arrays = { "image.npy": npy([EVENTS, 5, 6, 2], x), "truth.npy": npy([EVENTS, 4, 5], labels) };
  writeFileSync(at("events.npz"), zipSync(arrays));
  writeFileSync(at("start.yaml"), "# mine\nclock_mhz: 200 # slow\nquantize: { weights: { bits: 6 } }\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("l1c scan", () => {
  it("writes a configuration with which the firmware decides as the scan says", async () => {
    const found = await scan("--loss", "0.03", "-c", at("start.yaml"), "-o", at("found.yaml"), "--json");
    expect(found.code).toBe(0);
    const result = JSON.parse(found.stdout);
    expect(result).toMatchObject({
      metric: "agreement",
      better: "larger",
      float: 1,
      loss: 0.03,
      calibration: { events: EVENTS },
      events: { file: at("x.npy"), count: EVENTS },
      output: at("found.yaml"),
    });
    expect(result.reference - result.reached).toBeLessThanOrEqual(0.03 + 1e-12);
    const named = result.layers.map(({ node, tensor }: Record<string, string>) => `${node} ${tensor}`);
    expect(named).toEqual([
      "image activations",
      "a weights",
      "a activations",
      "b weights",
      "b activations",
      "d weights",
      "d activations",
    ]);
    const bits = result.layers.map((layer: { bits: number }) => layer.bits);
    expect(Math.min(...bits)).toBeLessThan(6);
    for (const { below } of result.layers) {
      if (below !== null) expect(result.reference - below).toBeGreaterThan(0.03);
    }
    const text = readFileSync(at("found.yaml"), "utf8");
    expect(text).toContain(
      `# mine\nclock_mhz: 200 # slow\nquantize:\n  weights: { bits: 6 }\n  layers:\n    image: {`,
    );
    expect(text).toContain(`\n    a: { weights: { bits: ${bits[1]} }, activations: { bits: ${bits[2]} } }\n`);
    expect(found.stderr).toContain(`a weights: ${bits[1]} bits, agreement `);

    const calibrate = ["--calibrate", at("x.npy"), "-c", at("found.yaml")];
    const compiled = await runCli("compile", MODEL, ...calibrate, "-o", at("build"), "--json");
    expect(compiled).toMatchObject({ code: 0 });
    const { layers } = JSON.parse(compiled.stdout).config.values.quantize;
    expect(layers.a).toEqual({ weights: { bits: bits[1] }, activations: { bits: bits[2] } });
    expect((await runCli("sim", at("build"), "--events", at("x.npy"), "-o", at("y.npy"))).code).toBe(0);
    const bytes = readFileSync(at("y.npy"));
    const header = 10 + bytes.readUInt16LE(8);
    const y = decodeElements("float64", Uint8Array.from(bytes.subarray(header))) as Float64Array;
    expect(fractionEqual(decisions(y), decisions(float))).toBeCloseTo(result.reached, 12);
    // The same again gives the same bytes, also where the file is its own start.
    const again = await scan("--loss", "0.03", "-c", at("start.yaml"), "-o", at("found.yaml"), "--json");
    expect(again.stdout).toBe(found.stdout);
    expect(readFileSync(at("found.yaml"), "utf8")).toBe(text);
  }, 60_000);

  it("prints a table, and only the table on stdout", async () => {
    const { code, stdout } = await scan("--loss", "0.1", "--metric", "rms_error", "--limit", "5");
    expect(code).toBe(0);
    const [head, empty, columns, ...rows] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^rms_error on 5 events: float model 0, with the bits to start from [\d.]+, with/);
    expect([empty, columns?.split(/ {2,}/)]).toEqual([
      "",
      ["layer", "tensor", "bits", "rms_error", "loss", "loss with one bit fewer"],
    ]);
    expect(rows).toHaveLength(7);
    expect(rows[1]).toMatch(/^a +weights +\d +[\d.]+ +[\d.]+ +([\d.]+|-)$/);
  });

  it("takes labels from an array of the events or from a file, as classes or as bits", async () => {
    const by = async (labels: string, events: string, ...more: readonly string[]) => {
      const args = ["--labels", labels, "--events", at(events), "--loss", "0.02", "--json"];
      const { code, stdout, stderr } = await scan(...args, ...more);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return JSON.parse(stdout);
    };
    const fromArray = await by("truth", "events.npz");
    expect(fromArray.metric).toBe("accuracy");
    expect(fromArray.float).toBeGreaterThan(0.8);
    expect(fromArray.float).toBeLessThan(1);
    const fromFile = await by(at("labels.npy"), "x.npy");
    expect(fromFile.layers).toEqual(fromArray.layers);
    const first = await by(at("labels.npy"), "x.npy", "--limit", "7");
    expect(first.events.count).toBe(7);
    expect((await by("truth", "events.npz", "--limit", "7")).layers).toEqual(first.layers);
    writeNpy(
      at("bits.npy"),
      [EVENTS, 4, 5, 2],
      Uint8Array.from(float, (x) => (x >= 0.5 ? 1 : 0)),
    );
    writeFileSync(at("threshold.yaml"), "output: { threshold: 0.5 }\n");
    const bits = await by(at("bits.npy"), "x.npy", "-c", at("threshold.yaml"), "--metric", "auc");
    expect(bits.float).toBe(1);
    expect(bits.layers.length).toBe(7);
  }, 60_000);
});

describe("l1c scan refuses with exit code 2", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["no loss", [], "Missing required argument: loss"],
    ["a loss below 0", ["--loss", "-1"], "loss: -1 is no loss of a metric"],
    ["a loss that is no number", ["--loss", "little"], "--loss: what is given is no number"],
    ["a limit of 0", ["--loss", "1", "--limit", "0"], "--limit: 0 is no whole number"],
    ["an unknown metric", ["--loss", "1", "--metric", "mse"], "Invalid values"],
    [
      "an output of another kind",
      ["--loss", "1", "-o", "found.json"],
      "found.json: a configuration is written",
    ],
    ["events that are not there", ["--loss", "1", "--events", "none.npy"], "none.npy: cannot be opened"],
    [
      "labels that are not there",
      ["--loss", "1", "--labels", "truth"],
      "--labels: 'truth' is neither an array of",
    ],
    [
      "labels for a metric without",
      ["--loss", "1", "--metric", "agreement", "--labels", "LABELS"],
      "takes no labels",
    ],
    ["a metric without its labels", ["--loss", "1", "--metric", "auc"], "auc needs labels"],
    ["labels of other events", ["--loss", "1", "--labels", "FEW"], "has labels of 2 events"],
    ["labels of several arrays", ["--loss", "1", "--labels", "EVENTS"], "it holds 2 arrays: image, truth"],
    ["labels of another shape", ["--loss", "1", "--labels", "X"], "labels for 600 decisions"],
    [
      "a node that is not there",
      ["--loss", "1", "-c", "WRONG"],
      "quantize: layers: e: the model has no node",
    ],
  ];

  it.each(cases)("%s", async (_, args, message) => {
    writeNpy(at("few.npy"), [2], new Uint8Array(2));
    writeFileSync(at("wrong.yaml"), "quantize: { layers: { e: { weights: { bits: 4 } } } }\n");
    const files: Record<string, string> = {
      LABELS: at("labels.npy"),
      FEW: at("few.npy"),
      EVENTS: at("events.npz"),
      X: at("x.npy"),
      WRONG: at("wrong.yaml"),
    };
    const { code, stderr } = await scan(...args.map((arg) => files[arg] ?? arg));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(stderr).not.toContain("    at ");
  });

  it("a model in which nothing is left to choose, and leaves no file", async () => {
    const both = '{ weights: { type: "fixed<8,2>" }, activations: { type: "fixed<8,4>" } }';
    writeFileSync(
      at("all.yaml"),
      `types: { image: "ufixed<8,0>" }\nquantize: { layers: { a: ${both}, b: ${both}, d: ${both} } }\n`,
    );
    const { code, stderr } = await scan("--loss", "1", "-c", at("all.yaml"), "-o", at("nothing.yaml"));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("there are no bits to choose"),
    });
    expect(existsSync(at("nothing.yaml"))).toBe(false);
  });
});
