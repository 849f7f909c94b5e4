import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/cli/build-directory.js";
import { openModel } from "../../src/cli/model-files.js";
import { mistakeOf } from "../support/mistake.js";

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-model-"));
  mkdirSync(at("net/data"), { recursive: true });
  writeFileSync(at("net/model.onnx"), "model");
  writeFileSync(at("net/model.json"), ' {"class_name": "Model"}');
  writeFileSync(at("net/model.h5"), "weights");
  writeFileSync(at("net/data/w.bin"), "inside");
  writeFileSync(at("secret"), "outside");
  symlinkSync(at("secret"), at("net/link"));
  symlinkSync(folder, at("net/up"));
  symlinkSync("w.bin", at("net/data/same"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the files of a model", () => {
  it("are the model's own, that of its weights, and those that it refers to in its folder", async () => {
    const model = await openModel(at("net/model.json"), at("net/model.h5"));
    const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
    expect(text(model.source.bytes)).toBe(' {"class_name": "Model"}');
    expect(text(model.source.weights?.bytes)).toBe("weights");
    expect(text(model.source.external?.("data/w.bin"))).toBe("inside");
    expect(text(model.source.external?.("./data/same"))).toBe("inside");
    expect(model.source.external?.("data/none.bin")).toBeUndefined();
    expect(model.files()).toEqual({
      model: { file: at("net/model.json"), sha256: sha256(' {"class_name": "Model"}') },
      weights: { file: at("net/model.h5"), sha256: sha256("weights") },
      external: [
        { file: "data/w.bin", sha256: sha256("inside") },
        { file: "./data/same", sha256: sha256("inside") },
      ],
    });
  });

  it.each([
    ["/etc/passwd", "which is an absolute path"],
    ["C:\\data", "which is an absolute path"],
    ["../secret", "which leaves the model's folder"],
    ["data/../../secret", "which leaves the model's folder"],
    ["data\\..\\..\\secret", "which leaves the model's folder"],
    ["link", "which is a link that leaves the model's folder"],
    ["up/secret", "which is a link that leaves the model's folder"],
    ["data", "which cannot be read: it is a folder, not a file"],
    ["model.onnx/x", "which cannot be read: a part of the path is a file, not a folder"],
  ])("are refused elsewhere: %s", async (name, message) => {
    const { source, files } = await openModel(at("net/model.onnx"), undefined);
    expect(mistakeOf(() => source.external?.(name))).toBe(
      `${at("net/model.onnx")}: the model refers to '${name}', ${message}\n  Data of a model must lie in its own folder.`,
    );
    expect(files().external).toEqual([]);
  });

  it("are named when they cannot be read", async () => {
    await expect(openModel(at("none.onnx"), undefined)).rejects.toMatchObject({ where: at("none.onnx") });
    await expect(openModel(at("net/model.json"), at("none.h5"))).rejects.toMatchObject({
      where: at("none.h5"),
    });
  });

  it("have no weights apart unless they are an architecture", async () => {
    await expect(openModel(at("net/model.onnx"), at("net/model.h5"))).rejects.toMatchObject({
      where: "--weights",
    });
  });
});
