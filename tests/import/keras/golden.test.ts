import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { fixtureUrl, readFixture } from "../../support/keras-fixture.js";
import { eventsOf, readFixtureNpz } from "../../support/npz.js";

async function load(name: string) {
  const file = `${name}.keras`;
  return (await importModel({ name: file, bytes: readFixture(file) })).model;
}

/** Imports a fixture, runs its events and gives each output beside what Keras computed. */
async function compare(name: string) {
  const model = await load(name);
  const arrays = readFixtureNpz(fixtureUrl(`${name}.npz`));
  const executor = createFloatExecutor(model, { quantizers: "apply" });
  const [input] = model.nodes.filter((node) => node.op === "input");
  const events = eventsOf(arrays.get("x")!).map((x) => executor.run({ [input.name]: x }));
  const outputs = model.outputs.map((output) => ({
    name: output.name,
    expected: eventsOf(arrays.get(output.name)!),
    actual: events.map((event) => event[output.name]),
  }));
  expect(outputs.map(({ name: output }) => output).sort()).toEqual(
    [...arrays.keys()].filter((k) => k !== "x").sort(),
  );
  return { model, outputs };
}

function largestError(expected: readonly Float64Array[], actual: readonly Float64Array[]): number {
  let largest = 0;
  expect(actual.length).toBe(expected.length);
  for (const [n, event] of expected.entries()) {
    expect(actual[n].length).toBe(event.length);
    for (const [e, value] of event.entries()) largest = Math.max(largest, Math.abs(value - actual[n][e]));
  }
  return largest;
}

test.each(["quantizers", "weights", "wide_weights", "shared"])(
  "%s: every value equals HGQ2's",
  async (name) => {
    const { outputs } = await compare(name);
    for (const { name: output, expected, actual } of outputs) {
      expect([output, largestError(expected, actual)]).toEqual([output, 0]);
    }
  },
);

test("functional: logits equal HGQ2's, their sigmoid to float32's accuracy", async () => {
  const { model, outputs } = await compare("functional");
  const [logits, mask] = outputs;
  expect(largestError(logits.expected, logits.actual)).toBe(0);
  expect(largestError(mask.expected, mask.actual)).toBeLessThan(2e-7);
  expect(model.nodes.map(({ name, op }) => `${name}:${op}`)).toEqual([
    "voxels:input",
    "first.iq:quantize",
    "first:conv2d",
    "first.relu:relu",
    "second.iq:quantize",
    "second:conv2d",
    "second.oq:quantize",
    "rectify:relu",
    "third.iq:quantize",
    "third:conv2d",
    "mask:function",
  ]);
});

test("sequential: equal to float32's accuracy behind the sigmoid", async () => {
  const { model, outputs } = await compare("sequential");
  expect(largestError(outputs[0].expected, outputs[0].actual)).toBeLessThan(2e-7);
  expect(model.outputs).toEqual([{ name: "two", value: "two.sigmoid" }]);
});

test("plain: a float model to float32's accuracy", async () => {
  const { outputs } = await compare("plain");
  expect(largestError(outputs[0].expected, outputs[0].actual)).toBeLessThan(1e-6);
});

test.each(["quantizers", "weights", "functional", "sequential", "plain", "shared"])(
  "%s: the imported model survives its text",
  async (name) => {
    const model = await load(name);
    expect(parseModel(printModel(model), name)).toEqual(model);
  },
);

test("types are as coarse as the trained bits allow", async () => {
  const model = await load("quantizers");
  const per = (name: string) => {
    const node = model.nodes.find((candidate) => candidate.name === name);
    return node?.op === "quantize" ? node.quantizer.types.per : undefined;
  };
  // make.py takes the axes in turn: per tensor, per channel, per row, per element.
  expect(["kbi_wrap_trn", "kbi_wrap_trn_zero", "kbi_wrap_rnd", "kbi_wrap_rnd_zero"].map(per)).toEqual([
    "tensor",
    "channel",
    "element",
    "element",
  ]);
});
