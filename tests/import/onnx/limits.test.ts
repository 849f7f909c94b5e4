import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { UserError } from "../../../src/ir/errors.js";
import { timeOf } from "../../support/fuzz.js";
import { floats, int64s, onnxBytes } from "../../support/onnx.js";

// Each node is small in the file and large in memory: all of them together must stay within limits.
test.each([2 ** 24, 2 ** 22, 2 ** 16])("refuses long chains of constants of %i elements", async (length) => {
  const count = (2 * 2 ** 24) / length + 2;
  const chain = Array.from({ length: count }, (_, n) => ({
    type: n % 2 === 0 ? "Transpose" : "Neg",
    inputs: [`c${n}`],
    outputs: [`c${n + 1}`],
  }));
  const bytes = onnxBytes({
    inputs: { x: [1, 1] },
    initializers: { s: int64s([2], [1, length]) },
    nodes: [
      { type: "ConstantOfShape", inputs: ["s"], outputs: ["c0"] },
      ...chain,
      { type: "Add", inputs: ["x", `c${count}`] },
    ],
  });
  const { result: error, ms } = await timeOf(() =>
    importModel({ name: "m.onnx", bytes }).catch((error: unknown) => error),
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(/too many elements in all/);
  expect(ms).toBeLessThan(2000);
});

// onnxruntime does not know the broadcast of the operator sets before 7.
test("reads the broadcast of old operator sets", async () => {
  const bytes = onnxBytes({
    inputs: { x: [1, 3, 2] },
    opset: 6,
    initializers: { c: floats([3], [1, 2, 3]) },
    nodes: [{ type: "Add", inputs: ["x", "c"], attributes: { broadcast: 1, axis: 1 } }],
  });
  const { model } = await importModel({ name: "m.onnx", bytes });
  expect(model.nodes.map(({ op, shape }) => [op, shape])).toEqual([
    ["input", [3, 2]],
    ["transpose", [2, 3]],
    ["affine", [2, 3]],
    ["transpose", [3, 2]],
  ]);
  expect(model.nodes[2]).toMatchObject({ offset: { shape: [3], data: [1, 2, 3] } });
});
