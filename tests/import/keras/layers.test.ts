import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { ModelSource } from "../../../src/import/source.js";
import { quantize, toNumber } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { modelToFixed } from "../../../src/quantize/index.js";
import { type IntegerArray, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { fixtureUrl, readFixture } from "../../support/keras-fixture.js";
import { compareWithKeras, largestError } from "../../support/keras-golden.js";
import { eventsOf, readFixtureNpz } from "../../support/npz.js";

const source = (name: string): ModelSource => ({ name, bytes: readFixture(name) });

/** float32's accuracy over a few layers, relative to the largest value of an output. */
const CLOSE = 1e-5;

test.each(["dense", "conv", "pool", "activations", "merge", "shape", "norm", "nested", "operations"])(
  "layers_%s: every output is what Keras computes",
  async (family) => {
    const { model } = await importModel(source(`layers_${family}.keras`));
    for (const { index, expected, actual } of compareWithKeras(model, `layers_${family}`)) {
      const error = largestError(expected, actual);
      expect([family, index, model.outputs[index].name, error < CLOSE, error]).toEqual([
        family,
        index,
        model.outputs[index].name,
        true,
        error,
      ]);
    }
    expect(parseModel(printModel(model), family)).toEqual(model);
  },
);

test.each(["dense", "conv", "merge", "tables"])(
  "hgq2_%s: every output is HGQ2's, bit for bit",
  async (family) => {
    const { model } = await importModel(source(`hgq2_${family}.keras`));
    for (const { index, expected, actual } of compareWithKeras(model, `hgq2_${family}`)) {
      expect([family, model.outputs[index].name, largestError(expected, actual)]).toEqual([
        family,
        model.outputs[index].name,
        0,
      ]);
    }
    expect(parseModel(printModel(model), family)).toEqual(model);
  },
);

test.each(["layers.h5", "nested.h5", "chunked.h5", "zipped.keras"])(
  "keras2_%s: what Keras 2 computes",
  async (file) => {
    const { model } = await importModel(source(`keras2_${file}`));
    for (const { index, expected, actual } of compareWithKeras(model, `keras2_${file.split(".")[0]}`)) {
      const error = largestError(expected, actual);
      expect([file, index, model.outputs[index].name, error, error < CLOSE]).toEqual([
        file,
        index,
        model.outputs[index].name,
        error,
        true,
      ]);
    }
  },
);

test("keras2_sequential: architecture and weights in two files, in every form", async () => {
  const { bytes } = source("keras2_sequential.json");
  const weights = source("keras2_sequential_weights.h5");
  const text = JSON.parse(new TextDecoder().decode(bytes));
  // Keras before 2.2 wrote the list of layers alone, which begins with the layer that knows the shape.
  const old = { class_name: "Sequential", config: text.config.layers.slice(1), keras_version: "2.0.0" };
  const events = "keras2_sequential";
  for (const config of [text, old]) {
    const json = new TextEncoder().encode(JSON.stringify(config));
    const { model } = await importModel({ name: "m.json", bytes: json, weights });
    const renamed = {
      ...model,
      nodes: model.nodes.map((node) => ({
        ...node,
        name: node.op === "input" ? "conv_input" : node.name,
        inputs: node.inputs.map((input) => (input === "input" ? "conv_input" : input)),
      })),
    };
    for (const { expected, actual } of compareWithKeras(renamed, events)) {
      expect(largestError(expected, actual)).toBeLessThan(CLOSE);
    }
  }
});

test.each(["layers", "sequence"])("hgq1_%s: every output is what HGQ computes", async (name) => {
  const { model, notes } = await importModel(source(`hgq1_${name}.h5`));
  expect(notes.map(({ message }) => message).join()).toContain("how many integer bits");
  for (const { index, expected, actual } of compareWithKeras(model, `hgq1_${name}`)) {
    expect([name, model.outputs[index].name, largestError(expected, actual)]).toEqual([
      name,
      model.outputs[index].name,
      0,
    ]);
  }
});

test("hgq1_proxy: a function that became a table, bit for bit", async () => {
  const { model } = await importModel(source("hgq1_proxy.h5"));
  expect(model.nodes.map(({ op }) => op)).toContain("steps");
  for (const { expected, actual } of compareWithKeras(model, "hgq1_proxy")) {
    expect(largestError(expected, actual)).toBe(0);
  }
  // Its weights are the values that HGQ rounded them to: nothing is missing for integers.
  const { fixed } = modelToFixed(model, {});
  const simulator = referenceSimulator(fixed);
  const [input] = fixed.nodes.flatMap((node) => (node.op === "input" ? [node] : []));
  const [output] = fixed.outputs;
  const end = fixed.nodes.find(({ name }) => name === output.value);
  const arrays = readFixtureNpz(fixtureUrl("hgq1_proxy.npz"));
  const expected = eventsOf(arrays.get("output.0")!);
  for (const [n, event] of eventsOf(arrays.get(`input.${input.name}`)!).entries()) {
    const integers = Array.from(event, (x, e) =>
      quantize(x, atElement(input.types, e, 5), input.rounding, input.overflow),
    );
    const found = toBigInts(simulator.run({ [input.name]: integers })[output.name] as IntegerArray);
    expect(found.map((k, e) => toNumber(k, atElement(end!.types, e, 3)) + 0)).toEqual(
      Array.from(expected[n], (x) => x + 0),
    );
  }
});

test.each([
  ["layers_forms.h5", undefined],
  ["layers_forms.json", "layers_forms.weights.h5"],
])("%s of Keras 3", async (file, weights) => {
  const { model } = await importModel({ ...source(file), ...(weights && { weights: source(weights) }) });
  for (const { expected, actual } of compareWithKeras(model, "layers_forms")) {
    expect(largestError(expected, actual)).toBeLessThan(CLOSE);
  }
});
