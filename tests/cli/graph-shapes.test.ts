import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../support/cli.js";
import { writeNetwork } from "../support/graph-files.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-graph-"));
  writeNetwork(join(folder, "network.onnx"));
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
