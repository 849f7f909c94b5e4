import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeElements, formatNpyHeader } from "../../src/events/npy.js";
import { runCli } from "../support/cli.js";

/** A network that PyTorch exported with any number of nodes and edges: tests/fixtures/onnx/make_graphs.py. */
const goldens: readonly { readonly name: string; readonly model: string }[] = JSON.parse(
  readFileSync(new URL("../fixtures/onnx/graphs.json", import.meta.url), "utf8"),
);
const NETWORK = "interaction network, torch.export, open sizes";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-graph-"));
  const model = goldens.find(({ name }) => name === NETWORK)?.model as string;
  writeFileSync(join(folder, "network.onnx"), Buffer.from(model, "base64"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configure = (text: string) => writeFileSync(join(folder, "l1c.yaml"), text);
const show = () => runCli("show", join(folder, "network.onnx"));

it("the configuration gives the sizes that the file leaves open", async () => {
  configure("graph: { nodes: 28, edges: 56, edge_features: edge_attr }\n");
  const { code, stdout } = await show();
  expect(code).toBe(0);
  expect(stdout).toContain("%x : [28, 3] = input()");
  expect(stdout).toContain("%edge_attr : [56, 4] = input()");
  expect(stdout).toContain("%edge_index : [2, 56] = input()");
});

it.each([
  ["", /axis 1 is not fixed[\s\S]*graph: \{ nodes: 128, edges: 256 \}/],
  ["graph: { nodes: 28, edges: 56, node_features: hits }", /the model has no input 'hits'/],
  ["graph: { nodes: 28, edges: 56, edge_index: x }", /its shape is \[\?, 3\] in the file, but \[2, 56\]/],
  ["graph: { nodes: 0, edges: 56 }", /graph\.nodes/],
  ["graph: { nodes: 28 }", /graph\.edges/],
])("refuses %j with exit code 2", async (text, message) => {
  configure(text);
  const { code, stderr } = await show();
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

it("calibration takes padded graphs; firmware is refused by name, and nothing is written", async () => {
  configure("graph: { nodes: 6, edges: 9, edge_features: edge_attr }\n");
  const array = (shape: readonly number[], data: Float64Array | Int32Array) =>
    Buffer.concat([
      formatNpyHeader(data instanceof Float64Array ? "float64" : "int32", shape),
      encodeElements(data),
    ]);
  const numbers = (count: number) => Float64Array.from({ length: count }, (_, n) => Math.sin(n));
  const events = {
    "x.npy": array([2, 6, 3], numbers(36)),
    "edge_attr.npy": array([2, 9, 4], numbers(72)),
    "edge_index.npy": array(
      [2, 2, 9],
      Int32Array.from({ length: 36 }, (_, n) => n % 7),
    ),
  };
  writeFileSync(join(folder, "events.npz"), zipSync(events));
  const [model, build] = [join(folder, "network.onnx"), join(folder, "build")];
  const { code, stderr } = await runCli(
    "compile",
    model,
    "-o",
    build,
    "--calibrate",
    join(folder, "events.npz"),
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(/node 'node_GatherND_\d+': firmware for graphs is not made yet: 'index_select'/);
  expect(stderr).not.toContain("    at ");
  expect(readdirSync(folder).sort()).toEqual(["events.npz", "l1c.yaml", "network.onnx"]);
});
