import { describe, expect, it } from "vitest";
import type { FixedNode } from "../../../src/ir/fixed/fixed.js";
import { printType, quantize, unitOf } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import type { Model, ModelNode, ModelNodeOf } from "../../../src/ir/model/model.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { calibrate, calibrateModel, type PartialOptions } from "../../../src/quantize/calibrate/index.js";
import { modelToFixed } from "../../../src/quantize/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { mistakeOf } from "../../support/mistake.js";
import { Random } from "../../support/random.js";
import {
  dense,
  type Event,
  errorOf,
  floatRun,
  input,
  prepared,
  randomEvents,
  randomNet,
  real,
  relu,
} from "./nets.js";

const SEEDS = [1, 2, 3, 4];

const opsOf = (model: Model) => model.nodes.map(({ name }) => name);
function nodeOf<Op extends ModelNode["op"]>(model: Model, name: string, op: Op): ModelNodeOf<Op> {
  const node = model.nodes.find((other) => other.name === name);
  expect(node?.op).toBe(op);
  return node as ModelNodeOf<Op>;
}
/** An image → its averages → dense and a factor with an offset, whose biases depend on the averages' unit. */
function averages(random: Random, channels: number, op: "reduce" | "pool2d"): Model {
  const named = { name: "mean", inputs: ["x"] };
  const average: ModelNode =
    op === "reduce"
      ? { op, kind: "mean", ...named, shape: [channels], axes: [0, 1] }
      : {
          ...{ op, kind: "average", ...named, shape: [1, 1, channels] },
          // The row of padding below the image is not counted.
          ...{ size: { rows: 5, columns: 3 }, strides: { rows: 5, columns: 3 }, countPads: false },
          pads: { top: 0, bottom: 1, left: 0, right: 0 },
          dilations: { rows: 1, columns: 1 },
        };
  const reals = () => random.array(channels, () => real(random));
  return {
    name: "averages",
    nodes: [
      input("x", [4, 3, channels]),
      average,
      { op: "reshape", name: "flat", inputs: ["mean"], shape: [channels] },
      dense("scores", "flat", random.array(channels, reals), reals()),
      {
        op: "affine",
        name: "scaled",
        inputs: ["flat"],
        shape: [channels],
        multiplier: { shape: [channels], data: reals() },
        offset: { shape: [channels], data: reals() },
        multiplierQuantizer: undefined,
        offsetQuantizer: undefined,
      },
    ],
    outputs: [
      { name: "scores", value: "scores" },
      { name: "scaled", value: "scaled" },
      { name: "mean", value: "mean" },
    ],
  };
}

const typesAt = (model: Model, name: string) =>
  nodeOf(model, name, "quantize").quantizer.types.items.map(printType);

describe("calibration", () => {
  it.each(SEEDS)("gives a model that converts to integers exactly (seed %i)", async (seed) => {
    const random = new Random(seed);
    const model = randomNet(random);
    const events = randomEvents(model, random, 20);
    const per = random.pick(["tensor", "channel"] as const);
    const options: PartialOptions = { weights: { per }, activations: { per, bits: 6 } };
    const quantized = await calibrateModel(model, events, floatRun, options);
    expect(opsOf(quantized)).toEqual([
      "x",
      "x.quantized",
      "conv",
      "norm.relu",
      "norm.relu.quantized",
      "pool",
      "flat",
      "hidden",
      "hidden.relu",
      "hidden.relu.quantized",
      "scores",
    ]);
    expect(parseModel(printModel(quantized), "text")).toEqual(quantized);
    const { fixed } = modelToFixed(quantized);
    const reference = referenceSimulator(fixed);
    const float = createFloatExecutor(quantized, { quantizers: "apply" });
    const scores = fixed.nodes.find(({ name }) => name === "scores");
    const entry = fixed.nodes.find(({ name }) => name === "x");
    for (const event of events) {
      const { types } = nodeOf(quantized, "x.quantized", "quantize").quantizer;
      const integers = Array.from(event.x, (x, e) =>
        quantize(x, types.items[e % types.items.length], "RND", "SAT"),
      );
      expect(entry?.types).toEqual(types);
      const own = reference.run({ x: integers }).scores;
      const wanted = float.run(event).scores;
      for (const [i, k] of own.entries()) {
        const granular = scores?.types;
        const unit = unitOf(granular!.items[granular!.per === "tensor" ? 0 : i]);
        expect((Number(k) * Number(unit.n)) / Number(unit.d)).toBe(wanted[i]);
      }
    }
  });

  it.each([
    ["a global mean of one channel", 1, "reduce"],
    ["a global mean of several channels", 3, "reduce"],
    ["an average pool of one channel", 1, "pool2d"],
    ["an average pool of several channels", 3, "pool2d"],
  ] as const)("takes %s", async (_, channels, op) => {
    const random = new Random(30 + channels);
    const model = averages(random, channels, op);
    const events: Event[] = random.array(30, () => ({
      x: Float64Array.from({ length: 12 * channels }, () => real(random, 3)),
    }));
    const bits = 14;
    const quantized = await calibrateModel(model, events, floatRun, {
      weights: { bits },
      activations: { bits },
    });
    const { fixed } = modelToFixed(quantized);
    const reference = referenceSimulator(fixed);
    const entry = fixed.nodes.find(({ name }) => name === "x") as FixedNode;
    const float = createFloatExecutor(model, { quantizers: "ignore" });
    for (const event of events) {
      const integers = Array.from(event.x, (x) => quantize(x, entry.types.items[0], "RND", "SAT"));
      const own = reference.run({ x: integers });
      const wanted = float.run(event);
      for (const { name, value } of fixed.outputs) {
        const { types } = fixed.nodes.find((node) => node.name === value) as FixedNode;
        for (const [i, k] of own[name].entries()) {
          const { n, d } = unitOf(atElement(types, i, types.items.length));
          expect(Math.abs((Number(k) * Number(n)) / Number(d) - wanted[name][i])).toBeLessThan(4e-3);
        }
      }
    }
  });

  it.each(SEEDS)("loses less the more bits there are (seed %i)", async (seed) => {
    const random = new Random(seed);
    const model = randomNet(random);
    const events = randomEvents(model, random, 50);
    const ready = await prepared(model, events);
    const errors = [4, 8, 12, 16].map((bits) =>
      errorOf(
        calibrate(ready.model, ready.statistics, { weights: { bits }, activations: { bits } }),
        model,
        events,
      ),
    );
    for (const [i, error] of errors.entries()) if (i > 0) expect(error).toBeLessThan(errors[i - 1] / 4);
    expect(errors.at(-1)).toBeLessThan(1e-3);
  });

  it("quantizes weights of channels of different size better per channel", async () => {
    const kernel = Array.from({ length: 6 }, (_, i) => [Math.sin(i + 1) * 100, Math.cos(i + 1) / 100]);
    const model: Model = {
      name: "channels",
      nodes: [input("x", [6]), dense("layer", "x", kernel)],
      outputs: [{ name: "y", value: "layer" }],
    };
    const events = randomEvents(model, new Random(5), 40);
    const ready = await prepared(model, events);
    const smallError = (per: "tensor" | "channel") => {
      const quantized = calibrate(ready.model, ready.statistics, {
        weights: { per, bits: 8 },
        activations: { bits: 16 },
      });
      const run = createFloatExecutor(quantized, { quantizers: "apply" }).run;
      const float = createFloatExecutor(model, { quantizers: "ignore" }).run;
      return Math.max(...events.map((event) => Math.abs(run(event).y[1] - float(event).y[1])));
    };
    expect(smallError("channel")).toBeLessThan(smallError("tensor") / 100);
  });

  it("takes unsigned types where nothing is negative, and no fractional bits that no value has", async () => {
    const model: Model = {
      name: "hits",
      nodes: [
        input("hits", [3]),
        input("counts", [3]),
        input("mixed", [3]),
        { op: "concat", axis: 0, name: "all", inputs: ["hits", "counts", "mixed"], shape: [9] },
        dense(
          "layer",
          "all",
          Array.from({ length: 9 }, () => [1]),
        ),
      ],
      outputs: [{ name: "y", value: "layer" }],
    };
    const event = {
      hits: Float64Array.of(0, 1, 1),
      counts: Float64Array.of(900, 3, 17),
      mixed: Float64Array.of(-0.75, 0.3, 0.1),
    };
    const quantized = await calibrateModel(model, [event], floatRun, { activations: { bits: 12 } });
    expect(typesAt(quantized, "hits.quantized")).toEqual(["ufixed<1,1>"]);
    expect(typesAt(quantized, "counts.quantized")).toEqual(["ufixed<10,10>"]);
    expect(typesAt(quantized, "mixed.quantized")).toEqual(["fixed<12,1>"]);
  });

  it("clips outliers where percentile or least squared error ask for it", async () => {
    const random = new Random(7);
    const model: Model = {
      name: "outliers",
      nodes: [
        input("x", [100]),
        dense(
          "layer",
          "x",
          Array.from({ length: 100 }, () => [1]),
        ),
      ],
      outputs: [{ name: "y", value: "layer" }],
    };
    const events: Event[] = random.array(300, () => ({
      x: Float64Array.from({ length: 100 }, () => 0.9 * random.next()),
    }));
    events[0].x[0] = 8.5;
    const ready = await prepared(model, events);
    const type = (range: NonNullable<PartialOptions["activations"]>["range"]) =>
      typesAt(
        calibrate(ready.model, ready.statistics, { activations: { range, bits: 4 } }),
        "x.quantized",
      )[0];
    expect(type("maximum")).toBe("ufixed<4,4>");
    expect(type({ percentile: 99.9 })).toBe("ufixed<4,0>");
    expect(type("least_squared_error")).toBe("ufixed<4,0>");
  });

  it("rounds biases to the unit of the products", async () => {
    const model = randomNet(new Random(8));
    const quantized = await calibrateModel(model, randomEvents(model, new Random(9), 5), floatRun);
    const { bias, biasQuantizer, kernelQuantizer } = nodeOf(quantized, "scores", "dense");
    const [from] = nodeOf(quantized, "hidden.relu.quantized", "quantize").quantizer.types.items.map(unitOf);
    for (const [c, value] of bias.data.entries()) {
      const type = biasQuantizer!.types.items[c];
      const items = kernelQuantizer!.types.items;
      const weight = unitOf(items[items.length === 1 ? 0 : c]);
      const unit = unitOf(type);
      expect(unit.n * from.d * weight.d).toBe(unit.d * from.n * weight.n);
      const step = Number(unit.n) / Number(unit.d);
      const k = quantize(value, type, biasQuantizer!.rounding, biasQuantizer!.overflow);
      expect(Math.abs(Number(k) * step - value)).toBeLessThanOrEqual(step / 2);
    }
  });

  it("takes overrides by node, and puts a quantizer on an output only where one asks for it", async () => {
    const model = randomNet(new Random(10));
    const events = randomEvents(model, new Random(11), 5);
    const quantized = await calibrateModel(model, events, floatRun, {
      overrides: {
        x: { activations: { type: { signed: true, width: 5, integer: 2 } } },
        hidden: { weights: { bits: 3, per: "tensor" }, activations: { bits: 2 } },
        scores: { activations: { bits: 9 } },
      },
    });
    expect(typesAt(quantized, "x.quantized")).toEqual(["fixed<5,2>"]);
    expect(
      nodeOf(quantized, "hidden", "dense").kernelQuantizer?.types.items.map(({ width }) => width),
    ).toEqual([3]);
    expect(typesAt(quantized, "hidden.relu.quantized")[0]).toMatch(/^ufixed<2,/);
    expect(typesAt(quantized, "scores.quantized")[0]).toMatch(/^fixed<9,/);
    expect(quantized.outputs).toEqual([{ name: "scores", value: "scores.quantized" }]);
    modelToFixed(quantized);
  });

  it("leaves alone what has quantizers", async () => {
    const model = randomNet(new Random(12));
    const events = randomEvents(model, new Random(13), 5);
    const once = await calibrateModel(model, events, floatRun, { activations: { bits: 5 } });
    const twice = await calibrateModel(once, events, floatRun, { weights: { bits: 3 } });
    expect(twice).toEqual(once);
  });

  it("quantizes functions, sums of values and affines that nothing folds", async () => {
    const shape = [3];
    const kernel = [
      [1.3, -0.4, 0.2],
      [0.7, 0.9, -1.1],
    ];
    const model: Model = {
      name: "mixed",
      nodes: [
        input("x", [2]),
        dense("a", "x", kernel, [0.1, 0.2, 0.3]),
        { op: "function", kind: "tanh", parameters: {}, name: "tanh", inputs: ["a"], shape },
        relu("a.relu", "a", shape),
        { op: "add", name: "sum", inputs: ["tanh", "a.relu"], shape },
        {
          op: "affine",
          name: "scaled",
          inputs: ["sum"],
          shape,
          multiplier: { shape: [3], data: [0.3, 1.7, -0.9] },
          offset: { shape: [3], data: [0.1, -0.7, 3] },
          multiplierQuantizer: undefined,
          offsetQuantizer: undefined,
        },
        { op: "leaky_relu", name: "leaky", inputs: ["scaled"], shape, slope: { shape: [], data: [0.3] } },
        dense("y", "leaky", [[1], [2], [3]]),
      ],
      outputs: [{ name: "y", value: "y" }],
    };
    const events = randomEvents(model, new Random(14), 50);
    const quantized = await calibrateModel(model, events, floatRun, { activations: { bits: 10 } });
    const added = quantized.nodes.filter(({ op }) => op === "quantize").map(({ name }) => name);
    expect(added).toEqual(["x", "a", "tanh", "sum", "leaky"].map((name) => `${name}.quantized`));
    const { fixed } = modelToFixed(quantized);
    expect(fixed.outputs).toEqual(model.outputs);
    expect(errorOf(quantized, model, events)).toBeLessThan(0.1);
  });
});

describe("mistakes in the options of calibration", () => {
  const model = randomNet(new Random(20));
  const events = randomEvents(model, new Random(21), 2);

  it("names the nodes that there are", async () => {
    const { model: ready, statistics } = await prepared(model, events);
    const mistake = (options: PartialOptions) => mistakeOf(() => calibrate(ready, statistics, options));
    expect(mistake({ overrides: { hiden: { weights: { bits: 3 } } } })).toBe(
      "quantize: layers: hiden: the model has no node of this name\n" +
        "  It chooses types for: conv, hidden, scores, x, norm.relu, hidden.relu.",
    );
    expect(mistake({ overrides: { pool: { activations: {} } } })).toContain("chooses no type of this node");
    expect(mistake({ overrides: { x: { weights: {} } } })).toContain(
      "Nodes with weights: conv, hidden, scores.",
    );
    expect(mistake({ weights: { bits: 1 } })).toContain("weights: bits: 1 is no number of bits");
    expect(mistake({ activations: { bits: 2.5 } })).toContain("2.5 is no number of bits");
    expect(mistake({ activations: { range: { percentile: 101 } } })).toContain("101 is no percentage");
  });

  it("needs events, and finite values", async () => {
    await expect(calibrateModel(model, [], floatRun)).rejects.toThrow("no event to calibrate with");
    const infinite = () => () => ({
      ...floatRun(model)(events[0]),
      scores: Float64Array.of(1, Number.NaN, 0),
    });
    await expect(calibrateModel(model, events, infinite)).rejects.toThrow("element 1 is NaN on event 0");
  });
});
