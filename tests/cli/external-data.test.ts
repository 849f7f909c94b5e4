import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../../src/cli/build-directory.js";
import { TensorProto_DataLocation, TensorProtoSchema } from "../../src/import/onnx/proto/onnx_pb.js";
import { runCli } from "../support/cli.js";
import { FLOAT, floats, onnxBytes } from "../support/onnx.js";

let folder: string;
const at = (name: string) => join(folder, name);
const WEIGHTS = Float32Array.of(0.5, -0.25, 1, 0.75, -1, 0.25);
const data = (offset: number) =>
  Buffer.concat([Buffer.alloc(offset), Buffer.from(WEIGHTS.buffer), Buffer.alloc(8)]);

/** A quantized matrix of (2, 3) whose weights lie in another file, or in the model's. */
function model(location: string | undefined, offset = 0): Uint8Array {
  const stored = floats([2, 3], [...WEIGHTS]);
  const entries = { location: location ?? "", offset: String(offset), length: "24" };
  const weights = create(TensorProtoSchema, {
    dims: [2n, 3n],
    dataType: FLOAT,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  const domain = "qonnx.custom_op.general";
  return onnxBytes({
    inputs: { x: ["N", 2] },
    initializers: {
      w: location === undefined ? stored : weights,
      s: floats([], [0.25]),
      z: floats([], [0]),
      b: floats([], [4]),
    },
    nodes: [
      { type: "Quant", inputs: ["x", "s", "z", "b"], outputs: ["xq"], domain },
      { type: "Quant", inputs: ["w", "s", "z", "b"], outputs: ["wq"], domain },
      { type: "MatMul", inputs: ["xq", "wq"] },
    ],
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-external-"));
  mkdirSync(at("net/data"), { recursive: true });
  mkdirSync(at("inside"));
  writeFileSync(at("net/data/weights.bin"), data(16));
  writeFileSync(at("outside.bin"), data(0));
  writeFileSync(at("net/short.bin"), data(0).subarray(0, 20));
  writeFileSync(at("net/huge.bin"), "");
  truncateSync(at("net/huge.bin"), 2 ** 27 + 1);
  writeFileSync(at("inside/model.onnx"), model(undefined));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("compiles a model whose weights lie in a second file", async () => {
  writeFileSync(at("net/model.onnx"), model("data/weights.bin", 16));
  expect(await runCli("compile", at("net/model.onnx"), "-o", at("build"))).toMatchObject({ code: 0 });
  expect(await runCli("compile", at("inside/model.onnx"), "-o", at("same"))).toMatchObject({ code: 0 });
  expect(readFileSync(at("build/fixed.l1c"), "utf8")).toBe(readFileSync(at("same/fixed.l1c"), "utf8"));
  const manifest = JSON.parse(readFileSync(at("build/manifest.json"), "utf8"));
  expect(JSON.stringify(manifest)).toContain(
    JSON.stringify({ file: "data/weights.bin", sha256: sha256(data(16)) }),
  );
});

it.each([
  ["../outside.bin", "its data file '../outside.bin' is outside the model's folder"],
  ["/etc/passwd", "its data file '/etc/passwd' is outside the model's folder"],
  ["none.bin", "its data should be in the file 'none.bin', which is not there"],
  ["short.bin", "bytes 0 to 24 are beyond the end of 'short.bin' (20 bytes)"],
  ["huge.bin", "it has 134217729 bytes, more than the 134217728 that are allowed"],
])("refuses weights in %s and writes nothing", async (location, message) => {
  writeFileSync(at("net/model.onnx"), model(location));
  const { code, stderr } = await runCli("compile", at("net/model.onnx"), "-o", at("refused"));
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(folder)).not.toContain("refused");
});

it("refuses a model of more bytes than are allowed before it reads it", async () => {
  const { code, stderr } = await runCli("compile", at("net/huge.bin"), "-o", at("refused"));
  expect([code, stderr]).toEqual([
    2,
    `l1c: ${at("net/huge.bin")}: it has 134217729 bytes, more than the 134217728 that are allowed: no model for a trigger\n`,
  ]);
});
