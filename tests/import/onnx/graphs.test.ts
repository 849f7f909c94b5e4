import { describe, expect, it, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { type GraphGolden, GRAPH_GOLDENS as goldens } from "../../support/graph-networks.js";
import { floats, INT64, int64s, onnxBytes, type TestModel } from "../../support/onnx.js";

const executorOf = async (bytes: Uint8Array, shapes?: GraphGolden["shapes"]) => {
  const { model } = await importModel({ name: "graph.onnx", bytes, ...(shapes && { shapes }) });
  return createFloatExecutor(model, { quantizers: "ignore" });
};

describe("rows at indices of the event, as PyTorch exports them", () => {
  test.each(goldens)("$name", async ({ name, shapes, model, events, outputs }) => {
    const bytes = Uint8Array.from(Buffer.from(model, "base64"));
    const executor = await executorOf(bytes, name.includes("open sizes") ? shapes : undefined);
    for (const [n, event] of events.entries()) {
      const inputs = Object.entries(event).map(([key, data]) => [key, Float64Array.from(data)] as const);
      const { y } = executor.run(Object.fromEntries(inputs));
      expect(y.length).toBe(outputs[n].length);
      for (const [e, value] of outputs[n].entries()) expect(y[e], `${n}, ${e}`).toBeCloseTo(value, 5);
    }
  });

  it("gives the same scores for a graph that is padded: indices that are no node, features of 0", async () => {
    const golden = goldens.find(({ name }) => name === "interaction network, torch.export, open sizes");
    const { model, events, outputs } = golden as GraphGolden;
    const bytes = Uint8Array.from(Buffer.from(model, "base64"));
    const [nodes, edges, few] = [13, 20, 9];
    const shapes = { x: [nodes, 3], edge_attr: [edges, 4], edge_index: [2, edges] };
    const executor = await executorOf(bytes, shapes);
    for (const [n, event] of events.entries()) {
      const inputs = {
        x: new Float64Array(nodes * 3),
        edge_attr: new Float64Array(edges * 4),
        edge_index: new Float64Array(2 * edges).fill(nodes),
      };
      inputs.x.set(event.x);
      inputs.edge_attr.set(event.edge_attr);
      inputs.edge_index.set(event.edge_index.slice(0, few));
      inputs.edge_index.set(event.edge_index.slice(few), edges);
      const { y } = executor.run(inputs);
      for (const [e, value] of outputs[n].entries()) expect(y[e], `${n}, ${e}`).toBeCloseTo(value, 5);
    }
  });
});

describe("a graph of a single edge", () => {
  it.each(goldens.filter(({ name }) => name.includes("open sizes")))(
    "$name",
    async ({ model, shapes, events }) => {
      const bytes = Uint8Array.from(Buffer.from(model, "base64"));
      const executorFor = (edges: number) => {
        const sized = Object.entries(shapes).map(([key, shape]) => [
          key,
          shape.map((n) => (n === 9 ? edges : n)),
        ]);
        return executorOf(bytes, Object.fromEntries(sized));
      };
      const [single, padded] = [await executorFor(1), await executorFor(2)];
      for (const { x, edge_attr, edge_index } of events) {
        const features = edge_attr?.slice(0, 4);
        const inputsOf = (ends: readonly number[], none: readonly number[]) => ({
          x: Float64Array.from(x),
          ...(features !== undefined && { edge_attr: Float64Array.from([...features, ...none]) }),
          edge_index: Float64Array.from(ends),
        });
        const [from, to] = [edge_index[0] as number, edge_index[9] as number];
        const { y } = single.run(inputsOf([from, to], []));
        expect(y.length).toBe(1);
        expect(y[0]).toBeCloseTo(padded.run(inputsOf([from, 6, to, 6], [0, 0, 0, 0])).y[0] as number, 10);
      }
    },
  );
});

const inputs = { x: [4, 2], index: [3], v: [3, 2] };
const expanded = { type: "Expand", inputs: ["column", "shape"], outputs: ["spread"] };
const column = { type: "Unsqueeze", inputs: ["index", "one"], outputs: ["column"] };
const constants = {
  one: int64s([1], [1]),
  shape: int64s([2], [3, 2]),
  zeros: floats([4, 2], new Array(8).fill(0)),
};

function scatter(attributes: TestModel["nodes"][0]["attributes"], base = "zeros"): TestModel {
  return {
    inputs,
    opset: 18,
    initializers: constants,
    nodes: [
      column,
      expanded,
      { type: "ScatterElements", name: "s", inputs: [base, "spread", "v"], attributes },
    ],
    edit: ({ graph }) => {
      const type = graph?.input.find(({ name }) => name === "index")?.type?.value;
      if (type?.case === "tensorType") type.value.elemType = INT64;
    },
  };
}

/** A scatter at an index for each element, in so many rows. */
function scatterElements(rows: number): TestModel {
  const attributes = { axis: 0, reduction: "add" };
  return {
    inputs: { x: [4, 2], index: [rows, 2], v: [rows, 2] },
    opset: 18,
    nodes: [{ type: "ScatterElements", inputs: ["x", "index", "v"], attributes }],
  };
}

const run = async (model: TestModel, event: Record<string, readonly number[]>) => {
  const executor = await executorOf(onnxBytes(model));
  const values = Object.entries(event).map(([name, data]) => [name, Float64Array.from(data)] as const);
  return Object.values(executor.run(Object.fromEntries(values)))[0];
};

it("adds rows to what is there, along any axis", async () => {
  const event = { x: [1, 2, 3, 4, 5, 6, 7, 8], index: [3, 0, 3], v: [10, 20, 30, 40, 50, 60] };
  const rows = [31, 42, 3, 4, 5, 6, 67, 88];
  expect([...(await run(scatter({ axis: 0, reduction: "add" }, "x"), event))]).toEqual(rows);
  const columns: TestModel = {
    ...scatter({ axis: -1, reduction: "add" }, "x"),
    inputs: { x: [2, 4], index: [3], v: [2, 3] },
    initializers: { ...constants, one: int64s([1], [0]), shape: int64s([2], [2, 3]) },
  };
  const turned = { x: [1, 3, 5, 7, 2, 4, 6, 8], index: [3, 0, 3], v: [10, 30, 50, 20, 40, 60] };
  expect([...(await run(columns, turned))]).toEqual([31, 3, 5, 67, 42, 4, 6, 88]);
});

describe("refuses by name", () => {
  const refused: readonly (readonly [what: string, model: TestModel, message: RegExp])[] = [
    [
      "rows that overwrite each other",
      scatter({ axis: 0 }),
      /node 's' \(ScatterElements\): it overwrites rows/,
    ],
    ["products of rows", scatter({ axis: 0, reduction: "mul" }), /the reduction 'mul' is not supported/],
    ["minima of rows", scatter({ axis: 0, reduction: "min" }), /the reduction 'min' is not supported/],
    [
      "a maximum with what is there",
      scatter({ axis: 0, reduction: "max" }, "x"),
      /a maximum is supported over data of zeros only/,
    ],
    ["indices that differ within a row", scatterElements(3), /its indices differ within a row/],
    ["indices that differ within the only row", scatterElements(1), /its indices differ within a row/],
    [
      "coordinates of elements",
      { inputs: { x: [4, 2], index: [3, 2] }, nodes: [{ type: "GatherND", inputs: ["x", "index"] }] },
      /name more than rows/,
    ],
    [
      "rows of other lengths",
      {
        inputs: { x: [4, 5], index: [3, 1], v: [3, 2] },
        opset: 18,
        nodes: [{ type: "ScatterND", inputs: ["x", "index", "v"], attributes: { reduction: "add" } }],
      },
      /its updates have the shape \[3, 2\], not \[3, 5\]/,
    ],
  ];
  it.each(refused)("%s", async (_, model, message) => {
    const reading = importModel({ name: "graph.onnx", bytes: onnxBytes(model) });
    await expect(
      reading.catch(({ where, message }) => Promise.reject(`${where}: ${message}`)),
    ).rejects.toMatch(message);
  });

  it("sizes that the file contradicts, and of inputs that it does not have", async () => {
    const bytes = onnxBytes({ inputs: { x: ["nodes", 3] }, nodes: [{ type: "Relu", inputs: ["x"] }] });
    const read = (shapes: GraphGolden["shapes"]) => importModel({ name: "graph.onnx", bytes, shapes });
    await expect(read({ x: [7, 4] })).rejects.toThrow(/its shape is \[\?, 3\] in the file, but \[7, 4\]/);
    await expect(read({ x: [7] })).rejects.toThrow(/but \[7\] is asked for/);
    await expect(read({ y: [7, 3] })).rejects.toThrow(/the model has no input 'y'/);
    expect((await read({ x: [7, 3] })).model.nodes[0]?.shape).toEqual([7, 3]);
  });

  it("a single edge or node is no batch where the largest graph is given", async () => {
    const bytes = onnxBytes({ inputs: { x: ["nodes", 3] }, nodes: [{ type: "Relu", inputs: ["x"] }] });
    const { model } = await importModel({ name: "graph.onnx", bytes, shapes: { x: [1, 3] } });
    expect(model.nodes.map(({ shape }) => shape)).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });

  it("an input of open length that is not named", async () => {
    const bytes = onnxBytes({
      inputs: { x: ["nodes", 3], e: ["edges", 3] },
      nodes: [{ type: "Add", inputs: ["x", "e"] }],
    });
    const reading = importModel({ name: "graph.onnx", bytes, shapes: { x: [7, 3] } });
    await expect(reading.catch((error) => Promise.reject(error.format()))).rejects.toMatch(
      /input 'e': the length of its axis 0 is not fixed, and nothing says what it is\n.*edge_features: e/,
    );
  });
});
