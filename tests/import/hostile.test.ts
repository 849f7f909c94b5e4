import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gunzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { importModel } from "../../src/import/index.js";
import { LARGEST_FILE, type ModelSource } from "../../src/import/source.js";
import { UserError } from "../../src/ir/errors.js";
import { timeOf } from "../support/fuzz.js";
import { editMembers, readFixture } from "../support/keras-fixture.js";
import { floats, int64s, onnxBytes, type TestModel, type TestNode } from "../support/onnx.js";

// Small files that ask for very much. tests/fixtures/keras/make_hostile.py tells what is in those of HDF5.

const SLOWEST_MS = 2000;
const MOST_MEMORY = 2 ** 30;

const keras = (bytes: Uint8Array): ModelSource => ({ name: "m.keras", bytes });
const hdf5 = (name: string): ModelSource => ({ name: "m.h5", bytes: gunzipSync(readFixture(name)) });
const onnx = (model: TestModel): ModelSource => ({ name: "m.onnx", bytes: onnxBytes(model) });
const member = (name: string, content: Uint8Array) =>
  keras(editMembers(readFixture("sequential.keras"), (members) => ({ ...members, [name]: content })));
const chain = (length: number, type: string): TestModel => ({
  inputs: { x: ["N", 4] },
  initializers: { s: int64s([2], [1, length]), one: floats([], [1]) },
  nodes: [
    { type: "ConstantOfShape", inputs: ["s"], outputs: ["c0"] },
    ...Array.from({ length: 40 }, (_, n) => ({
      type,
      inputs: type === "Concat" ? [`c${n}`, `c${n}`] : [`c${n}`, "one"],
      outputs: [`c${n + 1}`],
      attributes: (type === "Concat" ? { axis: 1 } : {}) as TestNode["attributes"],
    })),
    { type: "Add", inputs: ["x", "c40"] },
  ],
});

const SOURCES: readonly (readonly [what: string, source: () => ModelSource, message: RegExp])[] = [
  [
    "an archive that unpacks to more than is allowed",
    () => member("config.json", new Uint8Array(LARGEST_FILE)),
    /more than the \d+ that are allowed/,
  ],
  [
    "weights that are almost as many zeros as are allowed",
    () => member("model.weights.h5", new Uint8Array(LARGEST_FILE - 100_000)),
    /truncated or damaged/,
  ],
  [
    "a configuration of 100 million spaces",
    () => member("config.json", new Uint8Array(100_000_000).fill(32)),
    /too long for a configuration/,
  ],
  ["a configuration of brackets", () => member("config.json", new Uint8Array(9_000_000).fill(91)), /nesting/],
  [
    "an archive of 60,000 members",
    () =>
      keras(
        zipSync(Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`f${n}`, new Uint8Array()])), {
          level: 0,
        }),
      ),
    /'metadata\.json' is missing/,
  ],
  [
    "a file of more bytes than are allowed",
    () => ({ name: "m.onnx", bytes: new Uint8Array(LARGEST_FILE + 1) }),
    /more than the \d+ that are allowed/,
  ],
  [
    "a kernel in a chunk of a gigabyte",
    () => keras(readFixture("hostile_chunk.keras")),
    /truncated or damaged/,
  ],
  ["three thousand names of two megabytes", () => hdf5("hostile_texts.h5.gz"), /truncated or damaged/],
  [
    "groups that hold themselves, links to themselves and to other files",
    () => hdf5("hostile_circles.h5.gz"),
    /is missing|damaged/,
  ],
  [
    "constants that double forty times",
    () => onnx(chain(2, "Concat")),
    /has more than 16777216 elements|too many elements/,
  ],
  ["forty sums of 4 million constants", () => onnx(chain(2 ** 22, "Add")), /too many elements in all/],
  [
    "a weight of huge dimensions",
    () =>
      onnx({
        inputs: { x: ["N", 4] },
        nodes: [{ type: "MatMul", inputs: ["x", "w"] }],
        initializers: { w: floats([2 ** 31, 2 ** 31], []) },
      }),
    /more than 16777216 weights/,
  ],
  [
    "a convolution with huge pads",
    () =>
      onnx({
        inputs: { x: [1, 1, 4, 4] },
        nodes: [
          { type: "Conv", inputs: ["x", "w"], attributes: { pads: [2 ** 24, 2 ** 24, 2 ** 24, 2 ** 24] } },
        ],
        initializers: { w: floats([1, 1, 1, 1], [1]) },
      }),
    /more than 16777216 elements/,
  ],
  [
    "a resize to a huge image",
    () =>
      onnx({
        inputs: { x: [1, 1, 4, 4] },
        nodes: [{ type: "Resize", inputs: ["x", "", "s"] }],
        initializers: { s: floats([4], [1, 1, 1e9, 1e9]) },
      }),
    /more than 16777216 elements/,
  ],
];

// What earlier files have left behind does not count.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test.each(SOURCES.map(([what, source, message]) => ({ what, source, message })))(
  "refuses $what, soon and without much memory",
  async ({ source, message }) => {
    const file = source();
    collectGarbage();
    const before = process.memoryUsage().rss;
    const { result, ms } = await timeOf(() => importModel(file).catch((error: unknown) => error));
    expect(result).toBeInstanceOf(UserError);
    expect((result as UserError).format()).toMatch(message);
    expect(ms).toBeLessThan(SLOWEST_MS);
    expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(MOST_MEMORY);
  },
);

test("imports as before after all of them", async () => {
  const { model } = await importModel(keras(readFixture("sequential.keras")));
  expect(model.outputs).toHaveLength(1);
});
