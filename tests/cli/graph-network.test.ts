import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withFile } from "../../src/cli/files.js";
import { readNpz, type WholeArray } from "../../src/events/npz.js";
import type { TrackerGraph } from "../../src/physics/tracker/graphs.js";
import type { TrackerEvaluation, TrackerPoint } from "../../src/report/data.js";
import { areaUnderCurve } from "../../src/statistics/roc.js";
import { runCli } from "../support/cli.js";
import {
  type FileArray,
  graphArrays,
  writeArrays,
  writeGraphs,
  writeNetwork,
} from "../support/graph-files.js";
import { Random } from "../support/random.js";
import { hasTool } from "../support/tools.js";

const [NODES, EDGES] = [3, 4];
const HAS_ICARUS = hasTool("iverilog", "-V");
const random = new Random(11);

/** Large beside the network's biases, so that scores differ. */
const feature = () => 40 * (2 * random.next() - 1);
type Ends = readonly [from: number, to: number];
const graphOf = (nodes: number, ends: readonly Ends[]): TrackerGraph => ({
  nodes,
  edges: ends.length,
  x: Float32Array.from({ length: 3 * nodes }, feature),
  edgeAttr: Float32Array.from({ length: 4 * ends.length }, feature),
  senders: Int32Array.from(ends, ([from]) => from),
  receivers: Int32Array.from(ends, ([, to]) => to),
});
const repeat = (count: number, of: (e: number) => Ends) => Array.from({ length: count }, (_, e) => of(e));
const node = (nodes: number) => random.integer(0, nodes - 1);

/** The corners that a graph may have, and what the network must say of its size. */
const CORNERS: readonly (readonly [name: string, graph: TrackerGraph, cut: 0 | 1])[] = [
  ["nothing at all", graphOf(0, []), 0],
  ["nodes without edges", graphOf(3, []), 0],
  [
    "just the largest",
    graphOf(
      NODES,
      repeat(EDGES, () => [node(NODES), node(NODES)]),
    ),
    0,
  ],
  [
    "one node too many",
    graphOf(NODES + 1, [
      [0, NODES],
      [0, 1],
    ]),
    1,
  ],
  [
    "one edge too many",
    graphOf(
      NODES,
      repeat(EDGES + 1, () => [node(NODES), node(NODES)]),
    ),
    1,
  ],
  [
    "all edges into one node",
    graphOf(
      NODES,
      repeat(EDGES, () => [node(NODES), 2]),
    ),
    0,
  ],
  [
    "self-loops",
    graphOf(
      NODES,
      repeat(EDGES, (e) => [e % NODES, e % NODES]),
    ),
    0,
  ],
  [
    "one edge repeated",
    graphOf(
      2,
      repeat(EDGES, () => [0, 1]),
    ),
    0,
  ],
  [
    "far too large",
    graphOf(
      40,
      repeat(90, () => [node(40), node(40)]),
    ),
    1,
  ],
];
const GRAPHS = CORNERS.map(([, graph]) => graph);

const configuration = (layers = "{}") => `
graph: { nodes: ${NODES}, edges: ${EDGES}, edge_features: edge_attr }
quantize: { weights: { bits: 4 }, activations: { bits: 4 }, layers: ${layers} }
`;

let folder: string;
const at = (name: string) => join(folder, name);
const compile = (build: string, calibrate: string, ...rest: readonly string[]) =>
  runCli(
    "compile",
    at("network.onnx"),
    "-o",
    at(build),
    "--calibrate",
    at(calibrate),
    "--architecture",
    "parallel",
    ...rest,
  );
const countsAt = ({ truePositives, falsePositives }: TrackerPoint) => [truePositives, falsePositives];
const arraysOf = (file: string) => withFile(at(file), (source) => readNpz(source, () => true));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "l1c-graphs-"));
  writeNetwork(at("network.onnx"));
  writeFileSync(at("l1c.yaml"), configuration());
  writeGraphs(at("graphs.npz"), GRAPHS);
  mkdirSync(at("folder"));
  GRAPHS.forEach((graph, g) => {
    const { graph_nodes, graph_edges, ...arrays } = graphArrays([graph]);
    writeArrays(at(`folder/${g}.npz`), arrays);
  });
  writeArrays(at("folder/weights.npz"), { kernel: ["float32", [1], Float32Array.of(1)] });
  const { code, stderr } = await compile("build", "graphs.npz");
  expect(stderr).toContain("architecture: ");
  expect(code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = (build: string) => JSON.parse(readFileSync(join(at(build), "manifest.json"), "utf8"));

describe("a build of a graph network", () => {
  it("says in the manifest which port holds what", () => {
    expect(manifest("build").graph).toEqual({
      nodes: NODES,
      edges: EDGES,
      inputs: {
        node_features: "x",
        edge_features: "edge_attr",
        edge_index: "edge_index",
        graph_size: "graph_size",
      },
      outputs: { y: "edges", cut: "graph" },
      scores: "y",
      cut: "cut",
    });
  });

  it("is the same when it is calibrated by a folder of the same graphs, whose files the manifest knows", async () => {
    expect((await compile("again", "folder")).code).toBe(0);
    const [one, other] = [manifest("build"), manifest("again")];
    expect(other.files).toEqual(one.files);
    expect(other.calibration.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(other.calibration).not.toEqual(one.calibration);
  });
});

describe("l1c sim on graphs", () => {
  const sim = (...rest: readonly string[]) =>
    runCli("sim", at("build"), "--events", at("graphs.npz"), "--threads", "1", ...rest);

  it("writes outputs along the graphs' own edges, with what was cut", async () => {
    const { code, stdout } = await sim("-o", at("scores.npz"));
    expect(code).toBe(0);
    const arrays = await arraysOf("scores.npz");
    const list = (name: string) => Array.from((arrays.get(name) as WholeArray).data, Number);
    const edges = GRAPHS.reduce((sum, graph) => sum + graph.edges, 0);
    expect(arrays.get("y")?.shape).toEqual([edges]);
    expect(list("cut")).toEqual(CORNERS.map(([, , cut]) => cut));
    expect(list("graph_nodes")).toEqual(GRAPHS.map(({ nodes }) => nodes));
    expect(list("graph_edges")).toEqual(GRAPHS.map((graph) => graph.edges));
    const kept = GRAPHS.flatMap(({ senders, receivers }) => {
      let room = EDGES;
      return Array.from(senders, (from, e) => (from < NODES && receivers[e] < NODES && room-- > 0 ? 1 : 0));
    });
    expect(list("kept")).toEqual(kept);
    list("y").forEach((score, e) => {
      if (kept[e] === 1) expect(score).toBeGreaterThan(0);
      else expect(score).toBe(0);
    });
    const lost = kept.filter((one) => one === 0).length;
    expect(stdout).toContain(`3 of 9 graphs cut: ${1 + 40 - NODES} nodes and ${lost} edges left out`);
  });

  it("gives the scores of a graph alone, whatever comes before it and however it is read", async () => {
    await sim("-o", at("scores.npz"));
    const all = (await arraysOf("scores.npz")).get("y")?.data as Float64Array;
    let first = 0;
    for (const [g, { edges }] of GRAPHS.entries()) {
      const run = await runCli("sim", at("build"), "--events", at(`folder/${g}.npz`), "-o", at("one.npz"));
      expect(run.code).toBe(0);
      const own = (await arraysOf("one.npz")).get("y")?.data;
      expect(own).toEqual(all.slice(first, first + edges));
      first += edges;
    }
    expect(first).toBe(all.length);
  });

  it("gives the same from a folder, in worker threads and by the reference", async () => {
    await sim("-o", at("scores.npz"));
    const bytes = readFileSync(at("scores.npz"));
    for (const rest of [
      ["--events", at("folder"), "--threads", "2"],
      ["--events", at("folder"), "--engine", "reference"],
    ]) {
      expect((await runCli("sim", at("build"), ...rest, "-o", at("other.npz"))).code).toBe(0);
      expect(readFileSync(at("other.npz")).equals(bytes)).toBe(true);
    }
  });

  it("stops after the graphs that are asked for", async () => {
    const { stdout } = await sim("-o", at("few.npz"), "--limit", "3", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ events: 3, cut: { graphs: 0, nodes: 0, edges: 0 } });
    expect((await arraysOf("few.npz")).get("graph_edges")?.shape).toEqual([3]);
  });

  it("writes no .npy", async () => {
    const { code, stderr } = await sim("-o", at("scores.npy"));
    expect(code).toBe(2);
    expect(stderr).toContain("a .npy file holds one array, graphs have several");
  });
});

it.runIf(HAS_ICARUS)(
  "l1c cosim finds the firmware equal on all corners, padding and flag included",
  async () => {
    const { code, stdout } = await runCli(
      ...["cosim", at("build"), "--events", at("graphs.npz"), "--simulator", "iverilog", "--json"],
    );
    expect(JSON.parse(stdout)).toMatchObject({ events: GRAPHS.length, bitsDiffering: 0, equal: true });
    expect(code).toBe(0);
  },
);

describe("l1c eval on graphs", () => {
  const truth = GRAPHS.map((graph) => ({
    ...graph,
    y: Uint8Array.from({ length: graph.edges }, () => random.integer(0, 1)),
    pid: Int32Array.from({ length: graph.nodes }, (_, n) => (n % 5 === 4 ? -1 : Math.floor(n / 3))),
  }));
  const labels = truth.flatMap(({ y }) => Array.from(y));
  const evaluate = async (build: string, ...rest: readonly string[]) => {
    writeGraphs(at("truth.npz"), truth);
    const args = ["eval", at(build), "--events", at("truth.npz"), "--threads", "1", "--json"];
    const { code, stdout, stderr } = await runCli(...args, ...rest);
    expect(stderr).not.toContain("    at ");
    return { code, stderr, result: code === 0 ? (JSON.parse(stdout) as TrackerEvaluation) : undefined };
  };
  /** What the firmware makes of each edge; undefined for those that were cut away. */
  const simulated = async (build: string, output: string) => {
    writeGraphs(at("truth.npz"), truth);
    await runCli("sim", at(build), "--events", at("truth.npz"), "--threads", "1", "-o", at("all.npz"));
    const arrays = await arraysOf("all.npz");
    const data = (name: string) => Array.from(arrays.get(name)?.data as Float64Array);
    return data(output).map((score, e) => (data("kept")[e] === 1 ? score : undefined));
  };
  /** Two different scores in the middle of all. */
  const middleOf = (scores: readonly (number | undefined)[]) => {
    const distinct = [...new Set(scores.filter((score) => score !== undefined))].sort((a, b) => a - b);
    expect(distinct.length).toBeGreaterThan(5);
    return distinct.slice((distinct.length >> 1) - 1);
  };
  const countsOf = (taken: readonly boolean[]) => {
    const count = (label: number, is: boolean) =>
      labels.filter((y, e) => y === label && taken[e] === is).length;
    return {
      truePositives: count(1, true),
      falsePositives: count(0, true),
      trueNegatives: count(0, false),
      falseNegatives: count(1, false),
    };
  };

  it("counts what the simulator gives, edges that were cut away as not taken", async () => {
    const scores = await simulated("build", "y");
    const [middle] = middleOf(scores);
    const { result } = await evaluate("build", "--threshold", String(middle), "--sample", "ours");
    const { physics, events } = result as TrackerEvaluation;
    expect(events).toBe(GRAPHS.length);
    expect(physics).toMatchObject({
      sample: "ours",
      edges: labels.length,
      largest: { nodes: NODES, edges: EDGES },
    });
    const lost = scores.flatMap((score, e) => (score === undefined ? [labels[e]] : []));
    const trueEdges = lost.filter((y) => y === 1).length;
    expect(physics.cut).toEqual({ graphs: 3, nodes: 1 + 40 - NODES, edges: lost.length, trueEdges });
    const [fixed] = physics.algorithms;
    const point = fixed.thresholds[physics.working];
    expect(point.threshold).toBe(middle);
    expect(point).toMatchObject(countsOf(scores.map((score) => score !== undefined && score >= middle)));
    const area = areaUnderCurve(
      Float64Array.from(scores, (score) => score ?? Number.NEGATIVE_INFINITY),
      (e) => labels[e] === 1,
    );
    expect(fixed.auc).toBeCloseTo(area, 12);
    expect(fixed.scores.trueEdges.reduce((a, b) => a + b, 0)).toBe(
      labels.filter((y, e) => y === 1 && scores[e] !== undefined).length,
    );
    expect(point.tracks?.tracks).toBeGreaterThan(0);
  });

  it.each([
    ["the operand of the sigmoid", "{}"],
    ["a sigmoid with a type", '{ node_sigmoid: { activations: { type: "ufixed<7,0>" } } }'],
  ])("judges firmware with a threshold on %s by the bits that it gives", async (_name, layers) => {
    writeFileSync(at("masks.yaml"), configuration(layers));
    const [below, above] = middleOf(await simulated("build", "y"));
    const threshold = (below + above) / 2;
    const compiled = await compile(
      "masks",
      "graphs.npz",
      ...["-c", at("masks.yaml")],
      "--threshold",
      `${threshold}`,
    );
    expect(compiled.code).toBe(0);
    const bits = await simulated("masks", "mask");
    const { result } = await evaluate("masks");
    const { physics } = result as TrackerEvaluation;
    const [fixed, float] = physics.algorithms.map(({ thresholds }) => thresholds[physics.working]);
    expect(fixed).toMatchObject({ threshold, ...countsOf(bits.map((bit) => bit === 1)) });
    expect(fixed.truePositives + fixed.falsePositives).toBeGreaterThan(0);
    expect(fixed.trueNegatives).toBeGreaterThan(0);
    // The float model decides on the probability what the firmware decides on the sigmoid's operand.
    const [one] =
      (await evaluate("build", "--threshold", String(threshold))).result?.physics.algorithms.slice(1) ?? [];
    const same = one?.thresholds.find((point) => point.threshold === threshold);
    expect(countsAt(float)).toEqual(countsAt(same as TrackerPoint));
    const { code, stderr } = await evaluate("masks", "--threshold", "0.5");
    expect(stderr).toContain("--threshold: the firmware has a threshold");
    expect(code).toBe(2);
  });

  it("goes into the report, with the plots as files", async () => {
    expect((await evaluate("build")).code).toBe(0);
    expect(readdirSync(at("build/results/plots")).sort()).toEqual([
      "edges-threshold.svg",
      "roc.svg",
      "scores.svg",
    ]);
    expect((await runCli("report", at("build"))).code).toBe(0);
    const html = readFileSync(at("build/report.html"), "utf8");
    expect(html.includes("Distribution of the scores")).toBe(true);
    expect(/undefined|NaN/.test(html)).toBe(false);
  });

  it("refuses graphs without truth, and probabilities that are none; without particles there are no tracks", async () => {
    const run = (...rest: readonly string[]) => runCli("eval", at("build"), "--threads", "1", ...rest);
    const bare = await run("--events", at("graphs.npz"));
    expect(bare.stderr).toContain("graphs.npz: it has no truth: y missing");
    expect(bare.code).toBe(2);
    const { stderr, code } = await evaluate("build", "--threshold", "1.5");
    expect(stderr).toContain("--threshold: 1.5 is no probability");
    expect(code).toBe(2);
    writeGraphs(
      at("labels.npz"),
      truth.map(({ pid: _, ...graph }) => graph),
    );
    const { stdout } = await run("--events", at("labels.npz"));
    expect(stdout).toContain("no tracks: the graphs do not say which particles the hits are of (pid)");
  });
});

describe("refuses", () => {
  const good = graphArrays([CORNERS[2][1]]);
  const changed = (name: string, index: number, value: number): Record<string, FileArray> => {
    const [dtype, shape, data] = good[name];
    const edited = data.slice();
    edited[index] = (edited instanceof BigInt64Array ? BigInt(value) : value) as never;
    return { ...good, [name]: [dtype, shape, edited] };
  };
  const { edge_index: _, ...incomplete } = good;
  const nodes2: FileArray = ["float32", [NODES, 2], new Float32Array(2 * NODES)];

  it.each<[string, Readonly<Record<string, FileArray>>, string]>([
    ["an index that is no node", changed("edge_index", 0, NODES), `edge 0 goes from node ${NODES}`],
    ["a negative index", changed("edge_index", EDGES, -1), "edge 0 goes to node -1"],
    ["NaN", changed("x", 4, Number.NaN), "array 'x': its element [1, 1] is NaN"],
    [
      "a count that disagrees",
      changed("graph_edges", 0, EDGES - 1),
      `it counts ${EDGES - 1} edges, but there are ${EDGES}`,
    ],
    ["nodes of two features", { ...good, x: nodes2 }, `its shape is (${NODES}, 2), not (nodes, 3)`],
    ["no edges", incomplete, "it holds no graphs: edge_index missing"],
  ])("%s, in every command, and writes nothing", async (_name, arrays, message) => {
    writeArrays(at("bad.npz"), arrays);
    const before = readdirSync(folder);
    for (const args of [
      ["eval", at("build"), "--events", at("bad.npz"), "--threads", "1"],
      ["sim", at("build"), "--events", at("bad.npz"), "-o", at("out.npz")],
      ["cosim", at("build"), "--events", at("bad.npz"), "--simulator", "iverilog"],
      ["compile", at("network.onnx"), "-o", at("new"), "--calibrate", at("bad.npz")],
    ]) {
      if (args[0] === "cosim" && !HAS_ICARUS) continue;
      const { code, stderr } = await runCli(...args);
      expect(stderr).toContain(message);
      expect(stderr).toContain("bad.npz");
      expect(stderr).not.toContain("    at ");
      expect(code).toBe(2);
    }
    expect(readdirSync(folder)).toEqual(before);
  });

  it("more edges or nodes in each clock than the largest graph has, and any in parallel firmware", async () => {
    const flat = configuration().replace("graph: {", "graph: { edges_per_clock: 2,");
    writeFileSync(at("flat.yaml"), flat);
    const network = ["compile", at("network.onnx"), "-o", at("new"), "--calibrate", at("graphs.npz")];
    for (const [options, message] of [
      [
        ["--edges-per-clock", "9"],
        `graph.edges_per_clock: 9 edges a clock, but the largest graph has ${EDGES}`,
      ],
      [
        ["--nodes-per-clock", "4"],
        `graph.nodes_per_clock: 4 nodes a clock, but the largest graph has ${NODES}`,
      ],
      [["--architecture", "parallel", "--edges-per-clock", "2"], "in graph firmware only, not in 'parallel'"],
    ] as const) {
      const { code, stderr } = await runCli(...network, ...options);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
    expect(readdirSync(folder)).not.toContain("new");
    // What the file says of graph firmware is left aside where the command line asks for other firmware.
    const parallel = await runCli(...network, "-c", at("flat.yaml"), "--architecture", "parallel");
    expect(parallel.code).toBe(0);
    expect(manifest("new").config.values.graph.edges_per_clock).toBeUndefined();
    writeFileSync(at("flat.yaml"), `${flat}architecture: parallel\n`);
    expect((await runCli(...network, "-c", at("flat.yaml"))).stderr).toContain(
      "graph.edges_per_clock: edges come",
    );
  });

  it("a type for the graph's size", async () => {
    const text = readFileSync(at("l1c.yaml"), "utf8");
    writeFileSync(at("other.yaml"), `${text}types: { graph_size: "ufixed<4,4>" }\n`);
    const { code, stderr } = await runCli(
      ...["compile", at("network.onnx"), "-c", at("other.yaml"), "-o", at("new")],
      ...["--calibrate", at("graphs.npz")],
    );
    expect(stderr).toContain("types: graph_size: its type follows from graph.nodes and graph.edges");
    expect(code).toBe(2);
  });
});
