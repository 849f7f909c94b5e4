import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CellOf, cellOperands, type Wire } from "../../../src/ir/circuit/circuit.js";
import { InternalError } from "../../../src/ir/errors.js";
import type { Interval } from "../../../src/ir/fixed-point.js";
import { intervalBits } from "../../../src/ir/fixed-point.js";
import type { Effort } from "../../../src/lower/effort.js";
import { csdDigits } from "../../../src/lower/linear/csd.js";
import { lowerLinear } from "../../../src/lower/linear/index.js";
import { proveSums } from "../../../src/lower/linear/proof.js";
import type { LinearSum } from "../../../src/lower/linear/sum.js";
import { ModuleBuilder, type Signal } from "../../../src/lower/module-builder.js";
import { DEFAULT_SLACK } from "../../../src/lower/slack.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { circuitOf, inputSignal, outputValue } from "../../support/circuit.js";
import { Random } from "../../support/random.js";

interface Case {
  readonly ranges: readonly Interval[];
  readonly sums: readonly LinearSum[];
}

function randomInterval(random: Random): Interval {
  switch (random.integer(0, 6)) {
    case 0:
    case 1:
      return { lo: 0n, hi: 1n };
    case 2: {
      const k = BigInt(random.integer(-5, 5));
      return { lo: k, hi: k };
    }
    case 3:
      return { lo: -1n, hi: 0n };
    case 4: {
      const hi = -1n - random.bits(4);
      return { lo: hi - random.bits(5), hi };
    }
    case 5: {
      const lo = random.bits(5);
      return { lo, hi: lo + 1n + random.bits(6) };
    }
    default:
      return { lo: -1n - random.bits(random.integer(1, 40)), hi: random.bits(random.integer(1, 40)) };
  }
}

function randomCase(random: Random): Case {
  const ranges = random.array(random.integer(1, 12), () => randomInterval(random));
  const bits = random.pick([1, 2, 4, 6, 20]);
  const weight = () => {
    if (random.chance(0.3)) return 0n;
    return random.bits(bits) - (1n << BigInt(bits - 1));
  };
  const sums = random.array(random.integer(1, 5), () => ({
    weights: random.chance(0.1) ? ranges.map(() => 0n) : ranges.map(weight),
    bias: random.chance(0.4) ? 0n : random.bits(8) - 100n,
  }));
  // Equal and opposite rows share everything.
  if (random.chance(0.3)) sums.push({ ...sums[0], bias: sums[0].bias + 1n });
  if (random.chance(0.3)) sums.push({ weights: sums[0].weights.map((w) => -2n * w), bias: 3n });
  return { ranges, sums };
}

/** The inputs of a case as slices of one port each, and the adder graph of its sums. */
function build({ ranges, sums }: Case, effort: Effort = 1, slack = DEFAULT_SLACK) {
  const builder = new ModuleBuilder({ effort, slack });
  const inputs = ranges.map((range, i): Signal => {
    const port = builder.input(`p${i}`, Math.max(1, intervalBits(range).width));
    return builder.slice(port, 0, range, "x");
  });
  const outputs = lowerLinear(builder, inputs, sums);
  const named = outputs.map((signal, i) => ({ name: `o${i}`, signal }));
  return { builder, inputs, outputs, module: builder.finish("sums", [], named) };
}

describe("a constant matrix as an adder graph", () => {
  it("equals the matrix on random and corner vectors", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed);
      const { ranges, sums } = randomCase(random);
      const slack = [DEFAULT_SLACK, 0.6, 2.2][seed % 3];
      const { module } = build({ ranges, sums }, seed % 10 === 0 ? 1 : 0, slack);
      const interpreter = interpretCircuit(circuitOf(module));
      const vectors = [
        ranges.map(({ lo }) => lo),
        ranges.map(({ hi }) => hi),
        // The vectors at which each sum is largest and smallest.
        ...sums.flatMap(({ weights }) => [
          ranges.map(({ lo, hi }, i) => (weights[i] > 0n ? hi : lo)),
          ranges.map(({ lo, hi }, i) => (weights[i] > 0n ? lo : hi)),
        ]),
        ...random.array(10, () => ranges.map((range) => random.within(range))),
      ];
      for (const vector of vectors) {
        const ports = Object.fromEntries(
          vector.map((k, i) => [`p${i}`, BigInt.asUintN(Math.max(1, intervalBits(ranges[i]).width), k)]),
        );
        const found = interpreter.step(ports, false);
        sums.forEach(({ weights, bias }, row) => {
          const expected = weights.reduce((sum, w, i) => sum + w * vector[i], bias);
          expect(outputValue(module, `o${row}`, found), `seed ${seed}, row ${row}`).toBe(expected);
        });
      }
    }
  });

  it("shares what rows have in common", () => {
    const range = { lo: 0n, hi: 15n };
    const adders = (rows: number) =>
      build({
        ranges: [range, range, range],
        sums: Array.from({ length: rows }, (_, i) => ({ weights: [3n, 5n, 7n << BigInt(i)], bias: 0n })),
      }).module.wires.filter(({ cell }) => cell.op === "add" || cell.op === "add3").length;
    // 45a + 83b is one subgraph for all rows; each row adds its multiple of c.
    expect(adders(8) - adders(1)).toBeLessThanOrEqual(7 * 2);
  });

  it("makes no sum deeper than its own terms make it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.bigInt(-20n, 20n), { minLength: 9, maxLength: 9 }), {
          minLength: 1,
          maxLength: 8,
        }),
        (rows) => {
          const builder = new ModuleBuilder();
          const port = builder.input("in", 36);
          const inputs = Array.from({ length: 9 }, (_, i) => builder.slice(port, 4 * i, { lo: 0n, hi: 15n }));
          const sums = rows.map((weights) => ({ weights, bias: 0n }));
          lowerLinear(builder, inputs, sums).forEach((output, row) => {
            const digits = (rows[row] as bigint[]).reduce((n, weight) => n + csdDigits(weight).length, 0);
            // One more level where the whole sum must be negated.
            expect(builder.depth(output)).toBeLessThanOrEqual(Math.ceil(Math.log2(Math.max(1, digits))) + 1);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("looks up to six bits up in one table", () => {
    const range = { lo: 0n, hi: 1n };
    const { module } = build({
      ranges: Array.from({ length: 6 }, () => range),
      sums: [{ weights: [1n, -2n, 3n, 4n, -5n, 6n], bias: 9n }],
    });
    expect(
      module.wires
        .filter(({ cell }) => cell.op !== "input" && cell.op !== "slice")
        .map(({ cell }) => cell.op),
    ).toEqual(["concat", "table"]);
  });

  it("adds many single bits up by their digits where that takes fewer LUTs, side by side in numbers", () => {
    const random = new Random(5);
    const sums = random.array(4, () => ({
      weights: random.array(30, () => 1n << BigInt(random.integer(0, 3))),
      bias: -7n,
    }));
    const { builder, module } = build({ ranges: random.array(30, () => ({ lo: 0n, hi: 1n })), sums });
    const [found] = builder.adderGraphs;
    expect(found?.strategy).toContain("bits as digits");
    // Five tables of six bits and their adders take 25 LUTs a row and more.
    expect(found?.lut).toBeLessThan(4 * 24);
    const parts = module.wires.flatMap(({ cell }) => (cell.op === "concat" ? [cell.parts.length] : []));
    expect(parts.length).toBeGreaterThan(8);
  });

  it("keeps bits in tables where digits would take more levels", () => {
    const weights = Array.from({ length: 12 }, (_, i) => BigInt([85, -107, 75][i % 3]));
    const { module, outputs, builder } = build({
      ranges: weights.map(() => ({ lo: 0n, hi: 1n })),
      sums: [{ weights, bias: 0n }],
    });
    expect(module.wires.filter(({ cell }) => cell.op === "table").length).toBeGreaterThan(0);
    // Two tables, their sum and what the constant may take.
    expect(builder.depth(outputs[0])).toBeLessThanOrEqual(3);
  });
});

describe("the proof of an adder graph", () => {
  const example: Case = {
    ranges: [
      { lo: -8n, hi: 7n },
      { lo: 0n, hi: 1n },
      { lo: 0n, hi: 1n },
      { lo: 0n, hi: 12n },
    ],
    sums: [
      { weights: [3n, 1n, -2n, 5n], bias: 4n },
      { weights: [-1n, 2n, 7n, 10n], bias: -3n },
      { weights: [0n, 3n, -2n, 0n], bias: 1n },
    ],
  };

  /** Changes one wire of the built graph behind the builder's back and proves it again. */
  function prove(edit: (wires: Wire[]) => void): void {
    const { builder, inputs, outputs } = build(example);
    edit(wiresIn(builder));
    proveSums(builder, inputs, example.sums, outputs);
  }
  /** The builder's own wires. */
  const wiresIn = (builder: ModuleBuilder) => (builder as unknown as { readonly wires: Wire[] }).wires;
  const built = () => wiresIn(build(example).builder);
  /** The wires that the outputs need, by index: others were tried only. */
  const live = (): ReadonlySet<number> => {
    const { builder, outputs } = build(example);
    const needed = new Set(outputs.map(({ wire }) => wire));
    for (const wire of needed)
      for (const operand of cellOperands(wiresIn(builder)[wire].cell)) needed.add(operand);
    return needed;
  };
  /** Every wire of these operations that an output needs, by index. */
  const wiresOf = (...ops: readonly string[]) =>
    [...live()].filter((i) => ops.includes(built()[i].cell.op)).toSorted((a, b) => a - b);

  it("accepts what was built", () => {
    expect(() => prove(() => {})).not.toThrow();
    expect(wiresOf("add", "sub").length).toBeGreaterThan(1);
    expect(wiresOf("table").length).toBeGreaterThan(0);
  });

  it("catches a flipped sign in every adder", () => {
    for (const i of wiresOf("add", "sub")) {
      const flip = (wires: Wire[]) => {
        const { cell } = wires[i];
        wires[i] = { ...wires[i], cell: { ...cell, op: cell.op === "add" ? "sub" : "add" } as Wire["cell"] };
      };
      expect(() => prove(flip), `wire ${i}`).toThrow(InternalError);
    }
  });

  it("catches a wrong shift in every adder", () => {
    for (const i of wiresOf("add", "sub")) {
      const shift = (wires: Wire[]) => {
        const { cell } = wires[i];
        if (cell.op === "add" || cell.op === "sub")
          wires[i] = { ...wires[i], cell: { ...cell, shiftA: cell.shiftA + 1 } };
      };
      expect(() => prove(shift), `wire ${i}`).toThrow(InternalError);
    }
  });

  it("catches every sign bit that is inverted where it should not be, and every number that is not", () => {
    expect(wiresOf("offset").length).toBeGreaterThan(1);
    for (const i of wiresOf("offset")) {
      const flip = (wires: Wire[]) => {
        const { cell } = wires[i];
        if (cell.op === "offset") wires[i] = { ...wires[i], cell: { ...cell, negate: !cell.negate } };
      };
      expect(() => prove(flip), `wire ${i}`).toThrow(InternalError);
    }
  });

  it("catches every wrong entry of every table", () => {
    for (const i of wiresOf("table")) {
      const { cell: original } = built()[i];
      const size = original.op === "table" ? original.entries.length : 0;
      for (let entry = 0; entry < size; entry++) {
        const corrupt = (wires: Wire[]) => {
          const { cell } = wires[i];
          if (cell.op !== "table") return;
          const entries = cell.entries.map((k, index) => (index === entry ? k + 1n : k));
          wires[i] = { ...wires[i], cell: { ...cell, entries } };
        };
        expect(() => prove(corrupt), `wire ${i}, entry ${entry}`).toThrow(InternalError);
      }
    }
  });

  it("catches every wire that is too narrow, inputs included", () => {
    for (const i of wiresOf("add", "sub", "table", "shift", "slice")) {
      const narrow = (bits: number) => (wires: Wire[]) => {
        wires[i] = { ...wires[i], width: wires[i].width - bits };
      };
      // 4x − x has a bit more than 3x needs: the interval of a difference does not see that both are one number.
      const spare = ["add", "sub"].includes(built()[i].cell.op) ? 1 : 0;
      expect(() => prove(narrow(1 + spare)), `wire ${i}`).toThrow(InternalError);
    }
  });

  it("catches a wire that lost its sign", () => {
    const signed = [...live()].filter((i) => built()[i].signed);
    expect(signed.length).toBeGreaterThan(0);
    for (const i of signed) {
      const drop = (wires: Wire[]) => {
        wires[i] = { ...wires[i], signed: false };
      };
      expect(() => prove(drop), `wire ${i}`).toThrow(InternalError);
    }
  });

  it("follows adders of three operands, and catches every wrong sign, shift and width in them", () => {
    const sums: readonly LinearSum[] = [{ weights: [2n, -1n, -4n], bias: 0n }];
    const attempt = (edit: (cell: CellOf<"add3">) => Partial<CellOf<"add3">>, narrower = 0) => {
      const builder = new ModuleBuilder();
      const inputs = ["x", "y", "z"].map((name) => inputSignal(builder, name, 3, { lo: 0n, hi: 7n }));
      const [x, y, z] = inputs as [Signal, Signal, Signal];
      const sum = builder.sum([
        { signal: x, shift: 1 },
        { signal: y, shift: 0, negative: true },
        { signal: z, shift: 2, negative: true },
      ]);
      const wires = wiresIn(builder);
      const wire = wires[sum.wire] as Wire & { readonly cell: CellOf<"add3"> };
      const cell = { ...wire.cell, ...edit(wire.cell) };
      wires[sum.wire] = { ...wire, width: wire.width - narrower, cell };
      return () => proveSums(builder, inputs, sums, [sum]);
    };
    expect(attempt(() => ({}))).not.toThrow();
    expect(attempt(({ negateB }) => ({ negateB: !negateB }))).toThrow(InternalError);
    expect(attempt(({ negateC }) => ({ negateC: !negateC }))).toThrow(InternalError);
    expect(attempt(({ shiftA }) => ({ shiftA: shiftA + 1 }))).toThrow(InternalError);
    expect(attempt(({ shiftB }) => ({ shiftB: shiftB + 1 }))).toThrow(InternalError);
    expect(attempt(({ shiftC }) => ({ shiftC: shiftC - 1 }))).toThrow(InternalError);
    expect(attempt(() => ({}), 1)).toThrow(InternalError);
  });

  it("catches a wrong matrix: another weight, another bias, two rows exchanged", () => {
    const { builder, inputs, outputs } = build(example);
    const [first, second, third] = example.sums;
    const prove = (sums: readonly LinearSum[]) => () => proveSums(builder, inputs, sums, outputs);
    expect(prove([{ ...first, weights: [3n, 1n, -2n, 4n] }, second, third])).toThrow(/row 0/);
    expect(prove([first, { ...second, bias: -2n }, third])).toThrow(/row 1/);
    expect(prove([second, first, third])).toThrow(InternalError);
  });
});
