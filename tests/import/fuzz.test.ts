import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { expect, test } from "vitest";
import { importModel } from "../../src/import/index.js";
import type { ModelSource } from "../../src/import/source.js";
import { type Mutation, mutate, mutations, survives } from "../support/fuzz.js";
import { editMembers, readFixture } from "../support/keras-fixture.js";
import { readOnnxGolden } from "../support/onnx-golden.js";

/** How many mutations in all; FUZZ=20000 makes a longer run. */
const MUTATIONS = Number(process.env.FUZZ ?? 2000);

/** Models that others published; they lie beside the project where they are at all. */
const PUBLISHED = new URL("../../../shared/data/", import.meta.url);

type Change = (bytes: Uint8Array) => Uint8Array;

/** A way to damage a real file: what it makes of a change of bytes. */
interface Target {
  readonly what: string;
  readonly source: (change: Change) => ModelSource;
}

const same: Change = (bytes) => bytes;
const whole = (name: string, bytes: Uint8Array): Target => ({
  what: name,
  source: (change) => ({ name, bytes: change(bytes) }),
});

/** The archive, and each of its members: checksums would hide those from the readers behind them. */
const archive = (name: string, bytes: Uint8Array): readonly Target[] => [
  whole(name, bytes),
  ...Object.keys(unzipSync(bytes))
    .filter((member) => member !== "metadata.json" && !member.endsWith("/"))
    .map((member) => ({
      what: `${member} in ${name}`,
      source: (change: Change) => ({
        name,
        bytes:
          change === same
            ? bytes
            : editMembers(bytes, (members) => ({
                ...members,
                [member]: change(members[member] as Uint8Array),
              })),
      }),
    })),
];

/** An architecture, and weights beside it. */
const apart = (name: string, bytes: Uint8Array, weights: ModelSource): readonly Target[] => [
  { what: name, source: (change) => ({ name, bytes: change(bytes), weights }) },
  {
    what: `${weights.name} beside ${name}`,
    source: (change) => ({ name, bytes, weights: { ...weights, bytes: change(weights.bytes) } }),
  },
];

const fixture = (name: string): ModelSource => ({ name, bytes: readFixture(name) });
const published = (name: string): ModelSource => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(name, PUBLISHED))),
});
const targetsOf = ({ name, bytes }: ModelSource, weights?: ModelSource): readonly Target[] =>
  weights !== undefined
    ? apart(name, bytes, weights)
    : name.endsWith(".keras")
      ? archive(name, bytes)
      : [whole(name, bytes)];

const TARGETS: readonly Target[] = [
  ...[
    "sequential.keras",
    "functional.keras",
    "hgq2_merge.keras",
    "hgq2_tables.keras",
    "layers_dense.keras",
    "layers_nested.keras",
    "layers_shape.keras",
    "qkeras_zipped.keras",
    "keras2_layers.h5",
    "keras2_chunked.h5",
    "keras2_nested.h5",
    "hgq1_sequence.h5",
    "qkeras_bits.h5",
    "qkeras_sequence.h5",
  ].flatMap((name) => targetsOf(fixture(name))),
  ...targetsOf(fixture("keras2_sequential.json"), fixture("keras2_sequential_weights.h5")),
  ...targetsOf(fixture("qkeras_separate.json"), fixture("qkeras_separate_weights.h5")),
  ...targetsOf(fixture("layers_forms.json"), fixture("layers_forms.weights.h5")),
  ...[
    "a network",
    "channels last",
    "QuantizeLinear",
    "MultiThreshold NHWC 3",
    "Trunc of version 2 ROUND zero point 3",
  ].map((name) => whole(`${name}.onnx`, readOnnxGolden(name))),
  ...(existsSync(PUBLISHED)
    ? [
        ...[
          "onnx/conv1d_small_keras.onnx",
          "onnx/conv2d_small_keras.onnx",
          "onnx/three_layer_bn_pytorch.onnx",
          "onnx/three_layer_keras.onnx",
          "qonnx/branched_model_ch_last.onnx",
          "qonnx/qkeras_jettagging.onnx",
          "qkeras/qkeras-v3_3layer.keras",
        ].flatMap((name) => targetsOf(published(name))),
        ...targetsOf(published("keras/KERAS_3layer.json"), published("keras/KERAS_3layer_weights.h5")),
        ...targetsOf(
          published("keras/KERAS_conv2d_model.json"),
          published("keras/KERAS_conv2d_model_weights.h5"),
        ),
        ...targetsOf(published("qkeras/qkeras_3layer.json"), published("qkeras/qkeras_3layer_weights.h5")),
      ]
    : []),
];

const EACH = Math.ceil(MUTATIONS / TARGETS.length);

test.each(TARGETS.map((target, n) => ({ ...target, seed: n + 1 })))(
  `${EACH} mutations of $what`,
  async ({ source, seed }) => {
    const sound = await importModel(source(same));
    await fc.assert(
      fc.asyncProperty(mutations, (changes: readonly Mutation[]) =>
        survives(source((bytes) => changes.reduce(mutate, bytes))),
      ),
      { numRuns: EACH, seed },
    );
    // The HDF5 library lives on between imports: damaged files must leave nothing behind in it.
    expect(await importModel(source(same))).toEqual(sound);
  },
);
