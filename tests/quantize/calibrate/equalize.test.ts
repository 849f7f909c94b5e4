import { describe, expect, it } from "vitest";
import type { Model, ModelNodeOf } from "../../../src/ir/model/model.js";
import { calibrateModel, equalize, foldAffines } from "../../../src/quantize/calibrate/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { Random } from "../../support/random.js";
import { dense, type Event, errorOf, floatRun, input, randomEvents, randomNet, real, relu } from "./nets.js";

function expectSameFunction(a: Model, b: Model, events: readonly Event[]): void {
  const [first, second] = [a, b].map((model) => createFloatExecutor(model, { quantizers: "ignore" }));
  for (const event of events) {
    const wanted = first.run(event).scores;
    for (const [i, value] of second.run(event).scores.entries()) expect(value).toBeCloseTo(wanted[i], 10);
  }
}

/** Two matrices whose hidden channels differ in size by many powers of two. */
function unequal(random: Random): Model {
  const sizes = [1, 50, 0.02, 7];
  const first = random.array(5, () => sizes.map((size) => real(random, size)));
  const second = sizes.map((size) => random.array(3, () => real(random, 1 / size)));
  const nodes = [
    input("x", [5]),
    dense("first", "x", first, sizes),
    relu("first.relu", "first", [4]),
    dense("second", "first.relu", second),
  ];
  return { name: "unequal", nodes, outputs: [{ name: "scores", value: "second" }] };
}

describe("folding", () => {
  it.each([1, 2, 3])("keeps the function (seed %i)", (seed) => {
    const random = new Random(seed);
    const model = randomNet(random);
    const folded = foldAffines(model);
    expect(folded.nodes.some(({ op }) => op === "affine")).toBe(false);
    expectSameFunction(model, folded, randomEvents(model, random, 10));
  });

  it("leaves an affine alone whose operand something else reads, or that has quantizers", () => {
    const model = randomNet(new Random(4));
    const read = { ...model, outputs: [...model.outputs, { name: "conv", value: "conv" }] };
    expect(foldAffines(read)).toEqual(read);
    const types = { per: "tensor", items: [{ signed: true, width: 8, integer: 2 }] } as const;
    const nodes = model.nodes.map((node) =>
      node.op === "affine"
        ? { ...node, multiplierQuantizer: { types, rounding: "RND", overflow: "SAT" } as const }
        : node,
    );
    expect(foldAffines({ ...model, nodes })).toEqual({ ...model, nodes });
  });
});

describe("cross-layer equalization", () => {
  it.each([1, 2, 3, 4])("keeps the function, also through pools and flattening (seed %i)", (seed) => {
    const random = new Random(seed);
    const model = foldAffines(randomNet(random));
    const equal = equalize(model);
    expect(equal).not.toEqual(model);
    expectSameFunction(model, equal, randomEvents(model, random, 10));
  });

  it("gives what one layer writes and the next reads the same ranges", () => {
    const equal = equalize(unequal(new Random(5)));
    const kernel = (name: string) =>
      (equal.nodes.find((node) => node.name === name) as ModelNodeOf<"dense">).kernel.data;
    for (let c = 0; c < 4; c++) {
      const r1 = Math.max(
        ...kernel("first")
          .filter((_, i) => i % 4 === c)
          .map(Math.abs),
      );
      const r2 = Math.max(
        ...kernel("second")
          .slice(3 * c, 3 * c + 3)
          .map(Math.abs),
      );
      expect(r1).toBeCloseTo(r2, 10);
    }
  });

  it("makes quantization per tensor better where channels differ in size", async () => {
    const model = unequal(new Random(6));
    const events = randomEvents(model, new Random(7), 50);
    const error = async (equalized: boolean) => {
      const options = { weights: { per: "tensor" as const }, equalize: equalized };
      return errorOf(await calibrateModel(model, events, floatRun, options), model, events);
    };
    expect(await error(true)).toBeLessThan((await error(false)) / 4);
  });

  it("does not touch layers with something else between them or another reader", () => {
    const model = unequal(new Random(8));
    const read = { ...model, outputs: [...model.outputs, { name: "hidden", value: "first.relu" }] };
    expect(equalize(read)).toEqual(read);
    const nodes = model.nodes.map((node) =>
      node.op === "relu" ? { ...node, op: "clamp" as const, low: 0, high: 6 } : node,
    );
    expect(equalize({ ...model, nodes } as Model)).toEqual({ ...model, nodes });
  });
});
