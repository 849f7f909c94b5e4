import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBuild } from "../../src/cli/build-directory.js";
import { contractOfManifest } from "../../src/cli/manifest.js";
import { runCli, writeNpy } from "../support/cli.js";
import { floats, onnxBytes } from "../support/onnx.js";
import { hasTool } from "../support/tools.js";

const QONNX = "qonnx.custom_op.general";

/** A small U-Net with channels first: an image at full and at half size, joined; each pixel's logits and their largest. */
function unet(size: number): Uint8Array {
  const weights = (dims: readonly number[], step: number) => {
    const count = dims.reduce((a, b) => a * b, 1);
    return floats(
      dims,
      Array.from({ length: count }, (_, i) => (((i * step) % 7) - 3) / 4),
    );
  };
  const quant = (from: string, to: string, signed: number) => ({
    type: "Quant",
    inputs: [from, "scale", "zero", "bits"],
    outputs: [to],
    attributes: { signed, narrow: 0, rounding_mode: "ROUND" },
    domain: QONNX,
  });
  const around = { pads: { ints: [1, 1, 1, 1] } };
  const half = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
  const nearest = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return onnxBytes({
    inputs: { x: ["N", 2, size, size] },
    opset: 13,
    domains: { [QONNX]: 1 },
    nodes: [
      quant("x", "xq", 1),
      ...["w1", "w2", "w3"].map((name) => quant(name, `${name}q`, 1)),
      { type: "Conv", inputs: ["xq", "w1q"], outputs: ["c1"], attributes: around },
      { type: "Relu", inputs: ["c1"], outputs: ["r1"] },
      quant("r1", "q1", 0),
      { type: "MaxPool", inputs: ["q1"], outputs: ["p1"], attributes: half },
      { type: "Conv", inputs: ["p1", "w2q"], outputs: ["c2"], attributes: around },
      quant("c2", "q2", 1),
      { type: "Resize", inputs: ["q2", "", "twice"], outputs: ["u"], attributes: nearest },
      { type: "Concat", inputs: ["u", "q1"], outputs: ["both"], attributes: { axis: 1 } },
      { type: "Conv", inputs: ["both", "w3q"], outputs: ["y"] },
      { type: "ArgMax", inputs: ["y"], outputs: ["which"], attributes: { axis: 1, keepdims: 0 } },
    ],
    initializers: {
      scale: floats([], [0.25]),
      zero: floats([], [0]),
      bits: floats([], [4]),
      w1: weights([3, 2, 3, 3], 5),
      w2: weights([2, 3, 3, 3], 3),
      w3: weights([3, 5, 1, 1], 4),
      twice: floats([4], [1, 1, 2, 2]),
    },
    outputs: ["y", "which"],
    types: { which: 7 },
  });
}

/** One channel, channels first: the image enlarged, and a network of it added, both read before any transpose. */
function mask(): Uint8Array {
  const quant = (from: string, to: string) => ({
    type: "Quant",
    inputs: [from, "scale", "zero", "bits"],
    outputs: [to],
    attributes: { signed: 1, narrow: 0, rounding_mode: "ROUND" },
    domain: QONNX,
  });
  const nearest = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return onnxBytes({
    inputs: { x: ["N", 1, 4, 5] },
    opset: 13,
    domains: { [QONNX]: 1 },
    nodes: [
      quant("x", "xq"),
      quant("w", "wq"),
      { type: "Resize", inputs: ["xq", "", "twice"], outputs: ["large"], attributes: nearest },
      { type: "Conv", inputs: ["large", "wq"], outputs: ["c"], attributes: { pads: { ints: [1, 1, 1, 1] } } },
      quant("c", "q"),
      { type: "Add", inputs: ["large", "q"], outputs: ["y"] },
    ],
    initializers: {
      scale: floats([], [0.25]),
      zero: floats([], [0]),
      bits: floats([], [4]),
      w: floats(
        [1, 1, 3, 3],
        Array.from({ length: 9 }, (_, i) => ((i * 5) % 7) / 4 - 0.75),
      ),
      twice: floats([4], [1, 1, 2, 2]),
    },
    outputs: ["y"],
  });
}

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-raster-"));
  writeFileSync(at("unet.onnx"), unet(8));
  const { code, stdout, stderr } = await runCli(
    "compile",
    at("unet.onnx"),
    "-o",
    at("build"),
    "--architecture",
    "raster",
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain("architecture: raster (asked for)");
  expect(stdout).toContain("unet, one pixel a beat, 64 beats an event");
  expect(stdout).toMatch(/about \d+ LUT, \d+ FF, \d+ block RAM/);
  expect(stdout).toMatch(/LUT +FF +BRAM\n/);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an image network as raster firmware", () => {
  it("says in its manifest where each pixel lies", async () => {
    const { manifest } = await openBuild(at("build"));
    expect(manifest).toMatchObject({ architecture: "raster", interval: { cycles: 64 } });
    expect(manifest.stream).toBeUndefined();
    expect(manifest.inputs[0]).toMatchObject({
      name: "x",
      shape: [2, 8, 8],
      width: 8,
      packing: { kind: "raster", axes: [1, 2], rowPeriod: 8, columnPeriod: 1, beats: 64 },
    });
    expect(manifest.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["y", [3, 8, 8]],
      ["which", [8, 8]],
    ]);
    expect(contractOfManifest(manifest).outputs[1]?.packing).toMatchObject({ axes: [0, 1], shape: [8, 8] });
    const pool = manifest.layers.find(({ operations }) => operations.includes("pool2d"));
    expect(pool).toMatchObject({ shape: [4, 4, 3], patch: { columns: 2, sites: 2 }, copies: 1 });
  });

  it.runIf(hasTool("verilator"))(
    "equals its golden model in Verilator, and the report says so",
    async () => {
      const { code, stdout, stderr } = await runCli("cosim", at("build"), "--random", "40");
      expect(stdout).toContain("EQUAL: every bit, latency and interval");
      expect(stdout).toContain("interval promised 64 cycles, measured 64");
      expect(stderr).toContain("co-simulating events 0 to 39 of 40");
      expect(code).toBe(0);
      expect((await runCli("report", at("build"))).code).toBe(0);
      const report = readFileSync(at("build/report.html"), "utf8");
      expect(report).toContain("pixel by pixel, row by row; an event is 64 beats");
      expect(report).toContain("a pixel of 2 values; pixel (r, c) of 8 × 8 in beat r · 8 + c · 1");
      expect(report).toContain("Block RAM");
    },
    120_000,
  );

  it.runIf(hasTool("iverilog", "-V"))(
    "is found to differ where a pixel outside the image is not replaced",
    async () => {
      const path = at("build/verilog/unet.v");
      const text = readFileSync(path, "utf8");
      const edited = text.replace(/(_kept\d+ = )\w+ \?/, "$11'b1 ?");
      expect(edited).not.toBe(text);
      writeFileSync(path, edited);
      const events = Float64Array.from({ length: 3 * 128 }, (_, i) => ((i * 7) % 16) / 4 - 2);
      writeNpy(at("events.npy"), [3, 2, 8, 8], events);
      const { code, stdout } = await runCli(
        "cosim",
        at("build"),
        "--events",
        at("events.npy"),
        "--simulator",
        "iverilog",
      );
      writeFileSync(path, text);
      expect(code).toBe(1);
      expect(stdout).toMatch(/event 0: output 'y'\[\d, \d, \d\] bit \d: simulator [01], firmware [01]/);
    },
    60_000,
  );

  it.runIf(hasTool("iverilog", "-V"))(
    "may have one channel that comes first, and a threshold at its end",
    async () => {
      writeFileSync(at("mask.onnx"), mask());
      const raster = ["--architecture", "raster", "--threshold", "0.5"];
      const { code, stderr } = await runCli("compile", at("mask.onnx"), "-o", at("mask"), ...raster);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      const { manifest } = await openBuild(at("mask"));
      const packing = (shape: readonly number[]) => ({ shape, packing: { kind: "raster", axes: [1, 2] } });
      expect(manifest.inputs[0]).toMatchObject(packing([1, 4, 5]));
      expect(manifest.outputs[0]).toMatchObject({ ...packing([1, 8, 10]), width: 1 });
      const cosim = await runCli("cosim", at("mask"), "--random", "8", "--simulator", "iverilog");
      expect(cosim.stdout).toContain("EQUAL: every bit, latency and interval");
      expect(cosim.code).toBe(0);
    },
    60_000,
  );

  it("is chosen where an event is too large for one clock", async () => {
    writeFileSync(at("large.onnx"), unet(128));
    const { code, stderr } = await runCli("compile", at("large.onnx"), "-o", at("large"));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/architecture: raster \(layer '.+': too large to be computed whole in one clock/);
    const { manifest } = await openBuild(at("large"));
    expect(manifest).toMatchObject({ architecture: "raster", interval: { cycles: 128 * 128 } });
    expect(manifest.resources.total.bram).toBeGreaterThan(0);
  });

  it("takes no columns", async () => {
    writeFileSync(at("l1c.yaml"), "architecture: raster\nstream: { columns: 2 }\n");
    const { code, stderr } = await runCli("compile", at("unet.onnx"), "-o", at("no"), "-c", at("l1c.yaml"));
    expect(code).toBe(2);
    expect(stderr).toContain("stream: raster firmware takes a pixel in each clock: leave stream out");
  });

  it("is refused with a packing that is none of the tensor", async () => {
    const path = at("build/manifest.json");
    const text = readFileSync(path, "utf8");
    const [from, to] = ['"axes": [\n          1,\n          2\n        ]', '"axes": [1, 7]'];
    for (const [a, b] of [
      [from, to],
      [from, '"axes": [1, 1]'],
      ['"rowPeriod": 8', '"rowPeriod": 7'],
      ['"columnPeriod": 1', '"columnPeriod": 2'],
    ] as const) {
      expect(text).toContain(a);
      writeFileSync(path, text.replace(a, b));
      const { code, stderr } = await runCli("cosim", at("build"), "--random", "1");
      expect({ code, stderr }).toMatchObject({ code: 2 });
      expect(stderr).toContain("manifest.json: inputs.0.packing");
    }
    writeFileSync(path, text);
  });
});
