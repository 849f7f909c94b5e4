import { describe, expect, it } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { Fixed, FixedInput } from "../../../src/ir/fixed/fixed.js";
import { type FixedType, printType, toNumber, unitOf } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import { runPasses } from "../../../src/passes/index.js";
import { quantizeModel } from "../../../src/quantize/quantize.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import { inputEncoder } from "../../../src/sim/inputs.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { mistakeOf } from "../../support/mistake.js";
import { floats, onnxBytes, type TestModel } from "../../support/onnx.js";

/** Around every point of the grid of 1/4 and its ties, on both sides of 0, and far beyond. */
const EVENT = [
  ...Array.from({ length: 129 }, (_, i) => (i - 64) / 16),
  ...[-(2 ** -30), -0, 2 ** -30, 0.1, -0.1, 1e30, -1e30, 0.125 + 2 ** -20, 0.125 - 2 ** -20],
];

type Rounding = "ROUND" | "CEIL" | "FLOOR" | "UP" | "DOWN" | "HALF_UP" | "HALF_DOWN";
/** As QONNX has them (its docs/qonnx-custom-ops/quant_op.md), by the definitions of numpy's functions. */
const ROUND: Readonly<Record<Rounding, (x: number) => number>> = {
  ROUND: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  UP: (x) => Math.sign(x) * Math.ceil(Math.abs(x)),
  DOWN: Math.trunc,
  HALF_UP: (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5),
  HALF_DOWN: (x) => Math.sign(x) * Math.ceil(Math.abs(x) - 0.5),
};

interface Quant {
  readonly rounding: Rounding;
  readonly zero: number | readonly number[];
  readonly signed: boolean;
  readonly bits: number;
  readonly scale?: number;
}

/** Clip, round, and back. */
function oracle({ rounding, signed, bits, scale = 0.25 }: Quant, zero: number, x: number): number {
  const lo = signed ? -(2 ** (bits - 1)) : 0;
  const hi = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const q = ROUND[rounding](Math.min(Math.max(x / scale + zero, lo), hi));
  return (q - zero) * scale;
}

const load = async (model: TestModel) =>
  (await importModel({ name: "m.onnx", bytes: onnxBytes(model), external: () => undefined })).model;

function quantModel({ rounding, zero, signed, bits, scale = 0.25 }: Quant) {
  const zeros = [zero].flat();
  const shape = ["N", EVENT.length, zeros.length];
  return load({
    inputs: { x: shape },
    nodes: [
      {
        type: "Quant",
        inputs: ["x", "s", "z", "b"],
        attributes: { signed: Number(signed), narrow: 0, rounding_mode: rounding },
        domain: "qonnx.custom_op.general",
        name: "q",
      },
    ],
    initializers: { s: floats([], [scale]), z: floats([zeros.length], zeros), b: floats([], [bits]) },
  });
}

/** What the firmware gives for physical values: encoded as `l1c sim` does, simulated, and back to numbers. */
function simulate(fixed: Fixed, values: readonly number[]): readonly number[] {
  const input = fixed.nodes.find(({ op }) => op === "input") as FixedInput;
  const output = fixed.nodes.find(({ name }) => name === fixed.outputs[0]?.value) as Fixed["nodes"][number];
  const integers = inputEncoder(input, { raw: false })(values, 0);
  const result = referenceSimulator(fixed).run({ [input.name]: Array.from(integers, BigInt) });
  const channels = output.shape.at(-1) ?? 1;
  return Array.from(result[fixed.outputs[0]?.name as string] as ArrayLike<bigint>, (k, e) =>
    toNumber(BigInt(k), atElement(output.types, e, channels)),
  );
}

const inputOf = ({ nodes }: Fixed) => nodes.find(({ op }) => op === "input") as FixedInput;
/** The negative zero of a double is no value of an integer. */
const plain = (values: readonly number[]) => values.map((x) => x + 0);

describe("an input read by Quant with a zero point takes its type", () => {
  const modes: readonly Rounding[] = ["ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"];
  const cases = modes.flatMap((rounding) =>
    [true, false].flatMap((signed) => [-3, 1, 2, 7].map((zero) => ({ rounding, signed, zero, bits: 4 }))),
  );
  /** A signed zero point beside a mode that looks at the sign: only then is the grid not enough. */
  const asked = ({ rounding, signed }: Quant) =>
    signed && ["UP", "DOWN", "HALF_UP", "HALF_DOWN"].includes(rounding);

  it.each(cases.filter((quant) => !asked(quant)))(
    "$rounding, signed $signed, zero point $zero",
    async (quant) => {
      const model = await quantModel(quant);
      const { fixed } = quantizeModel(model);
      const lowest = (quant.signed ? -8 : 0) - quant.zero;
      const types = inputOf(fixed).types.items;
      expect(types).toHaveLength(1);
      expect(unitOf(types[0] as FixedType)).toEqual({ n: 1n, d: 4n });
      const expected = EVENT.map((x) => oracle(quant, quant.zero, x));
      expect(Math.min(...expected)).toBe(lowest / 4);
      expect(simulate(fixed, EVENT)).toEqual(plain(expected));
      expect(simulate(runPasses(fixed), EVENT)).toEqual(plain(expected));
      const float = createFloatExecutor(model, { quantizers: "apply" });
      const { [model.outputs[0]?.name as string]: found } = float.run({ x: Float64Array.from(EVENT) });
      expect(plain(Array.from(found as Float64Array))).toEqual(plain(expected));
    },
  );

  it("of an odd zero point for each channel", async () => {
    const quant: Quant = { rounding: "ROUND", zero: [1, 5, -3], signed: false, bits: 4 };
    const { fixed } = quantizeModel(await quantModel(quant));
    const values = EVENT.flatMap((x) => [x, x, x]);
    const zeros = [1, 5, -3];
    expect(simulate(fixed, values)).toEqual(
      plain(values.map((x, i) => oracle(quant, zeros[i % 3] as number, x))),
    );
  });

  it.each([
    ...cases.filter(asked),
    { rounding: "ROUND" as const, signed: false, zero: 0.5, bits: 4 },
    { rounding: "ROUND" as const, signed: false, zero: [1, 2], bits: 4 },
  ])("or is asked for: $rounding, signed $signed, zero point $zero", async (quant) => {
    const model = await quantModel(quant);
    expect(mistakeOf(() => quantizeModel(model))).toContain(
      "input 'x': 'q.zero' shifts or scales it before 'q.quantize' quantizes it, so the model does not fix its type\n" +
        '  Give its type in l1c.yaml, e.g. types: { x: "fixed<16,6>" }.',
    );
    const type: FixedType = { signed: true, width: 16, integer: 10 };
    const { fixed } = quantizeModel(model, { x: type });
    const zeros = [quant.zero].flat();
    const values = EVENT.filter((x) => Number.isInteger(x * 64) && Math.abs(x) < 500).flatMap((x) =>
      zeros.map(() => x),
    );
    // The event of the model has as many values as it has.
    const event = Array.from(
      { length: EVENT.length * zeros.length },
      (_, i) => values[i % values.length] as number,
    );
    const expected = event.map((x, i) => oracle(quant, zeros[i % zeros.length] as number, x));
    expect(simulate(fixed, event)).toEqual(plain(expected));
  });
});

describe("an input of which only the sign matters", () => {
  const model = (type: string, inputs: readonly string[] = ["x", "s"]) =>
    load({
      inputs: { x: ["N", EVENT.length] },
      nodes: [{ type, inputs, domain: "qonnx.custom_op.general", name: "b" }],
      initializers: { s: floats([], [0.5]), z: floats([], [0]), one: floats([], [1]) },
    });
  const expected = EVENT.map((x) => (x >= 0 ? 0.5 : -0.5));

  it.each([
    ["BipolarQuant", undefined],
    ["Quant", ["x", "s", "z", "one"]],
  ] as const)("becomes one bit: %s", async (type, inputs) => {
    const { fixed } = quantizeModel(await model(type, inputs));
    const input = inputOf(fixed);
    expect(input.types.items.map(printType)).toEqual(["fixed<1,1>"]);
    expect(input).toMatchObject({ rounding: "TRN", overflow: "SAT" });
    expect(simulate(fixed, EVENT)).toEqual(expected);
    expect(simulate(fixed, [...EVENT.slice(2), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toEqual([
      ...expected.slice(2),
      0.5,
      -0.5,
    ]);
    // The values ±1 themselves are on the quantizer's grid.
    const signs = EVENT.map((_, i) => (i % 3 === 0 ? -1 : 1));
    expect(simulate(runPasses(fixed), signs)).toEqual(signs.map((x) => x / 2));
  });

  it("also where it must be above 0", async () => {
    const greater = await load({
      inputs: { x: ["N", EVENT.length] },
      nodes: [
        { type: "Greater", inputs: ["x", "z"], outputs: ["g"], name: "g" },
        { type: "Cast", inputs: ["g"], outputs: ["y"], attributes: { to: 1 } },
      ],
      initializers: { z: floats([], [0]) },
    });
    const { fixed } = quantizeModel(greater);
    expect(inputOf(fixed).types.items.map(printType)).toEqual(["ufixed<1,1>"]);
    expect(simulate(fixed, EVENT)).toEqual(EVENT.map((x) => (x > 0 ? 1 : 0)));
  });

  it("is asked for where it is compared with other values, or read otherwise as well", async () => {
    const compare = (level: number, more: TestModel["nodes"] = []) =>
      load({
        inputs: { x: ["N", 3] },
        nodes: [
          { type: "Greater", inputs: ["x", "z"], outputs: ["g"], name: "g" },
          { type: "Cast", inputs: ["g"], outputs: ["y"], attributes: { to: 1 } },
          ...more,
        ],
        initializers: { z: floats([], [level]) },
        outputs: more.length === 0 ? ["y"] : ["y", "r"],
      });
    const third = await compare(0.75);
    expect(mistakeOf(() => quantizeModel(third))).toContain(
      "input 'x': 'g' compares it with 0.75, so the model does not fix its type: one with this value on its grid loses least",
    );
    const both = await compare(0, [{ type: "Relu", inputs: ["x"], outputs: ["r"], name: "r" }]);
    expect(mistakeOf(() => quantizeModel(both))).toContain("input 'x': 'r' reads it without a quantizer");
    const steps = await load({
      inputs: { x: ["N", 1] },
      nodes: [{ type: "MultiThreshold", inputs: ["x", "t"], domain: "qonnx.custom_op.general", name: "m" }],
      initializers: { t: floats([1, 2], [0.25, 0.5]) },
    });
    expect(mistakeOf(() => quantizeModel(steps))).toContain("compares it with thresholds");
  });
});
