import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { ModelSource } from "../../../src/import/source.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { readFixture } from "../../support/keras-fixture.js";
import { compareWithKeras, largestError } from "../../support/keras-golden.js";

const source = (name: string): ModelSource => ({ name, bytes: readFixture(name) });

/** float32's accuracy over a few layers, relative to the largest value of an output. */
const CLOSE = 1e-5;

test.each(["dense", "conv", "pool", "activations", "merge", "shape", "norm", "nested"])(
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
