import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBuild } from "../../src/cli/build-directory.js";
import { packingOf } from "../../src/cli/manifest-packing.js";
import { decodeElements, parseNpyHeader, type TypedArray } from "../../src/events/npy.js";
import { writeNpz } from "../../src/events/npz-write.js";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { typeRange } from "../../src/ir/fixed-point.js";
import { buildOf } from "../support/build.js";
import { runCli, writeNpy } from "../support/cli.js";
import { lowerWhole } from "../support/parallel.js";
import { hasTool } from "../support/tools.js";

const HAS_ICARUS = hasTool("iverilog", "-V");

let folder: string;
const at = (name: string) => join(folder, name);

function input(name: string, shape: readonly number[], width: number, integer: number): FixedNode {
  const type = { signed: true, width, integer };
  return {
    op: "input",
    name,
    inputs: [],
    shape,
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [typeRange(type)] },
    rounding: "RND",
    overflow: "SAT",
  };
}

/** a (2, 3, 1) in halves and b (2, 3, 1) in halves: their sum, which is of b above 0, and a transposed. */
function graph(): Fixed {
  const nodes = [input("a", [2, 3, 1], 5, 4), input("b", [2, 3, 1], 5, 4)];
  const add = (sketch: Record<string, unknown>) => {
    const operands = (sketch.inputs as readonly string[]).map(
      (name) => nodes.find((node) => node.name === name) as FixedNode,
    );
    nodes.push(completeNode(sketch as never, operands));
  };
  add({ op: "add", name: "sum", inputs: ["a", "b"] });
  add({ op: "threshold", name: "above", inputs: ["b"], levels: [1n] });
  add({ op: "reduce", name: "total", inputs: ["a"], kind: "sum", axes: [0, 1, 2], shape: [] });
  const outputs = ["sum", "above", "total"].map((value) => ({ name: value, value }));
  return { name: "two", nodes, outputs };
}

/** Numbers of `events` events, halves. */
const numbers = (events: number, step: number) =>
  Float64Array.from({ length: 6 * events }, (_, i) => (((i * step) % 31) - 15) / 2);

async function writeArrays(
  path: string,
  arrays: Readonly<Record<string, readonly [shape: readonly number[], data: Float64Array]>>,
): Promise<void> {
  const parts: Uint8Array[] = [];
  await writeNpz(
    { write: async (bytes) => void parts.push(bytes.slice()) },
    Object.entries(arrays).map(([name, [shape, data]]) => {
      return { name, dtype: "float64" as const, shape, blocks: () => [data] };
    }),
  );
  writeFileSync(path, Buffer.concat(parts));
}

function readArrays(path: string): Record<string, { shape: readonly number[]; data: TypedArray }> {
  return Object.fromEntries(
    Object.entries(unzipSync(readFileSync(path))).map(([name, bytes]) => {
      const { shape, dtype, length } = parseNpyHeader(bytes, name);
      return [name.replace(/\.npy$/, ""), { shape, data: decodeElements(dtype, bytes.subarray(length)) }];
    }),
  );
}

const EVENTS = 450;
const A = numbers(EVENTS, 7);
const B = numbers(EVENTS, 11);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-ports-"));
  await buildOf(graph(), at("build"));
  await buildOf(graph(), at("named"), { inputs: { a: { array: "x" }, b: { array: "x" } } });
  await buildOf({ ...graph(), outputs: [{ name: "sum", value: "sum" }] }, at("one"));
  await writeArrays(at("events.npz"), { a: [[EVENTS, 2, 3, 1], A], b: [[EVENTS, 2, 3], B] });
  await writeArrays(at("x.npz"), { x: [[EVENTS, 2, 3], A] });
  await writeArrays(at("flat.npz"), { a: [[EVENTS, 2, 3, 1], A], b: [[EVENTS, 6], B] });
  await writeArrays(at("lacks.npz"), { a: [[EVENTS, 2, 3, 1], A] });
  writeNpy(at("events.npy"), [EVENTS, 2, 3, 1], A);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sim = (build: string, events: string, ...rest: readonly string[]) =>
  runCli("sim", at(build), "--events", at(events), ...rest);

describe("l1c sim with several inputs and outputs", () => {
  it.each(["typescript", "reference"])("writes every output of every event: %s", async (engine) => {
    const { code, stdout } = await sim("build", "events.npz", "-o", at("out.npz"), "--engine", engine);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^sum: \(450, 2, 3, 1\) float64, .*\nabove: .* uint8, .*\ntotal: \(450\) float64/m,
    );
    const { sum, above, total } = readArrays(at("out.npz"));
    expect([sum.shape, above.shape, total.shape]).toEqual([[EVENTS, 2, 3, 1], [EVENTS, 2, 3, 1], [EVENTS]]);
    expect(Array.from(sum.data, Number)).toEqual(Array.from(A, (a, i) => a + B[i]));
    expect(Array.from(above.data, Number)).toEqual(Array.from(B, (b) => Number(b > 0)));
    const totals = Array.from({ length: EVENTS }, (_, e) =>
      A.slice(6 * e, 6 * e + 6).reduce((x, y) => x + y, 0),
    );
    expect(Array.from(total.data, Number)).toEqual(totals);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("feeds inputs from the arrays that the configuration names, one for both here", async () => {
    expect((await sim("named", "x.npz", "-o", at("named.npz"))).code).toBe(0);
    expect(Array.from(readArrays(at("named.npz")).sum.data, Number)).toEqual(Array.from(A, (a) => 2 * a));
  });

  it("writes one output as .npy or .npz", async () => {
    expect((await sim("one", "events.npz", "-o", at("one.npy"))).code).toBe(0);
    expect((await sim("one", "events.npz", "-o", at("one.npz"))).code).toBe(0);
    const npy = readFileSync(at("one.npy"));
    expect(Buffer.from(unzipSync(readFileSync(at("one.npz")))["sum.npy"])).toEqual(npy);
  });

  it.each([
    [["build", "events.npz", "-o", "out.npy"], "a .npy file holds one array, the model has 3 outputs"],
    [["build", "events.npy"], "events.npy: it holds one array, the model has 2 inputs\n  Save one array"],
    [["build", "lacks.npz"], "it has no array 'b' for input 'b'\n  It holds: a."],
    [["build", "flat.npz"], "array 'b' holds events of shape [6], the model takes [2, 3, 1] for input 'b'"],
    [["build", "x.npz"], "it has no array 'a' for input 'a'"],
  ])("refuses %j", async ([build, events, ...rest], message) => {
    const { code, stderr } = await sim(build, events, ...rest);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe.runIf(HAS_ICARUS)("l1c cosim with several inputs and outputs", () => {
  const cosim = (...args: readonly string[]) => runCli("cosim", ...args, "--simulator", "iverilog");

  it("compares every output on events of a file", async () => {
    const { code, stdout } = await cosim(at("build"), "--events", at("events.npz"));
    const total = lowerWhole(graph()).outputs[2].value.types.items[0].width;
    expect(stdout).toContain(`450 events, ${EVENTS * (6 * 6 + 6 + total)} output bits compared`);
    expect(stdout).toMatch(/^EQUAL: every bit, latency and interval$/m);
    expect(code).toBe(0);
  });

  it("makes random events of a seed, which stands in the result", async () => {
    const { code, stdout } = await cosim(at("build"), "--random", "1200", "--seed", "4", "--json");
    await runCli("report", at("build"));
    expect(readFileSync(at("build/report.html"), "utf8")).toMatch(/co-simulation<\/td><td[^>]*>4</);
    expect(JSON.parse(stdout)).toMatchObject({ equal: true, events: 1200, eventsFile: null, seed: 4 });
    expect(code).toBe(0);
  });

  it("names output, element and bit that differ, of a scalar by its name alone", async () => {
    const { manifest } = await openBuild(at("build"));
    const path = at("build/verilog/two.v");
    const text = readFileSync(path, "utf8");
    // The register of the last output takes the inverse of its bits.
    const broken = text.replace(/(result2\w* <= )([^;]*);/, "$1~($2);");
    expect(broken).not.toBe(text);
    writeFileSync(path, broken);
    try {
      const { code, stdout } = await cosim(at("build"), "--random", "20");
      expect(stdout).toMatch(/^event 0: output 'total' bit 0: simulator [01], firmware [01]$/m);
      expect(stdout).toContain(`bits differing: ${20 * manifest.outputs[2].width}`);
      expect(code).toBe(1);
    } finally {
      writeFileSync(path, text);
    }
  });
});

describe("l1c cosim refuses, naming the option:", () => {
  it.each([
    [[], "no events are given\n  Name a file with --events, or give --random N."],
    [["--random", "0"], "--random: 0 is no whole number of 1 or more"],
    [["--random", "1.5"], "--random: "],
    [["--random", "1e9"], "--random: 1000000000 is more than 10000000"],
    [["--random", "3", "--events", "e.npz"], "--events does not go with --random"],
    [["--random", "3", "--limit", "2"], "--limit does not go with --random"],
    [["--random", "3", "--raw"], "--raw does not go with --random"],
  ])("%j", async (args, message) => {
    const { code, stderr } = await runCli("cosim", at("build"), ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe("other commands on a model that is no muon chamber", () => {
  it("l1c report has hardware, layers and files, and no physics", async () => {
    expect((await runCli("report", at("build"))).code).toBe(0);
    const html = readFileSync(at("build/report.html"), "utf8");
    for (const id of ["summary", "layers", "hardware", "reproducibility"])
      expect(html).toContain(`<section id="${id}">`);
    expect(html).not.toMatch(/<section id="(physics|events)">|not evaluated/);
    expect(html).toContain("&#39;total&#39;: one value");
    expect(html).toContain("a tensor of 2 × 3 × 1 values");
  });

  it("l1c eval says what it knows", async () => {
    const { code, stderr } = await runCli("eval", at("build"), "--events", at("events.npz"));
    expect(stderr).toMatch(
      /eval knows graph networks .*; and chamber images of 8 partitions × strips × 6 layers/,
    );
    expect(code).toBe(2);
  });
});

describe("the manifest", () => {
  it("holds the place of every element of every port", async () => {
    const { manifest } = await openBuild(at("build"));
    const lowered = lowerWhole(graph());
    expect(manifest).toMatchObject({ architecture: "parallel", architecture_reason: "asked for" });
    expect(manifest.stream).toBeUndefined();
    expect(manifest.inputs.map(packingOf)).toEqual(lowered.inputs.map(({ packing }) => packing));
    expect(manifest.outputs.map(packingOf)).toEqual(lowered.outputs.map(({ packing }) => packing));
    expect(manifest.inputs[0].packing).toEqual({
      kind: "parallel",
      elements: [{ count: 6, width: 5, signed: true }],
    });
  });

  it.each([
    ["outputs.0.width", (m: Manifest) => (m.outputs[0].width = 7)],
    ["inputs.1.packing", (m: Manifest) => (m.inputs[1].shape = [5])],
    ["inputs.0.packing", (m: Manifest) => (m.interval.cycles = 3)],
    ["inputs.0.packing.kind", (m: Manifest) => (m.inputs[0].packing.kind = "diagonal")],
  ])("is refused where %s does not fit the rest", async (path, edit) => {
    const text = readFileSync(at("build/manifest.json"), "utf8");
    const value = JSON.parse(text);
    edit(value);
    writeFileSync(at("build/manifest.json"), JSON.stringify(value));
    try {
      const { code, stderr } = await runCli("report", at("build"));
      expect(stderr).toContain(`manifest.json: ${path}: `);
      expect(code).toBe(2);
    } finally {
      writeFileSync(at("build/manifest.json"), text);
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: tests put into it what does not belong there
type Manifest = any;
