import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CellOp, Module, Wire } from "../../src/ir/circuit/circuit.js";
import { typeRange } from "../../src/ir/fixed-point.js";
import { hardBlocksOf } from "../../src/lower/delay.js";
import { lowerLinear } from "../../src/lower/linear/index.js";
import { lowerTable } from "../../src/lower/lookup.js";
import { ModuleBuilder, type Signal } from "../../src/lower/module-builder.js";
import { narrowWires } from "../../src/lower/narrow.js";
import { pipeline } from "../../src/lower/pipeline.js";
import { clampSignal, overflowSignal, reluSignal, roundSignal } from "../../src/lower/round.js";
import { delaysOf } from "../../src/lower/target.js";
import { interpretCircuit, type PortValues } from "../../src/sim/circuit.js";
import { circuitOf } from "../support/circuit.js";
import { Random } from "../support/random.js";

const DELAYS = delaysOf("ultrascale+", "ultrascale", "dsp", 200);

const number = (width: number, signed: boolean) => typeRange({ signed, width, integer: width });

/** Cells that take logic. */
const LOGIC: readonly CellOp[] = ["add", "sub", "add3", "mul", "mux", "choose", "table"];

/** The bits of the wires of a module that take logic. */
function bitsIn({ wires }: Module): number {
  return wires.reduce((sum, { cell, width }) => sum + (LOGIC.includes(cell.op) ? width : 0), 0);
}

function wireNamed({ wires }: Module, name: string): Wire | undefined {
  return wires.find((wire) => wire.name === name);
}

/** All that the ports of a module can take where these are few bits, else as many random ones. */
function stimuli({ wires }: Module, random: Random, count: number): readonly PortValues[] {
  const ports = wires.filter(({ cell }) => cell.op === "input");
  const bits = ports.reduce((sum, { width }) => sum + width, 0);
  const split = (all: bigint) => {
    let rest = all;
    return Object.fromEntries(
      ports.map(({ name, width }) => {
        const own = BigInt.asUintN(width, rest);
        rest >>= BigInt(width);
        return [name, own];
      }),
    );
  };
  if (bits <= 9) return Array.from({ length: 2 ** bits }, (_, i) => split(BigInt(i)));
  return [split(0n), split(-1n), ...random.array(count, () => split(random.bits(bits)))];
}

function expectSame(module: Module, random: Random, message: string): Module {
  const narrowed = narrowWires(module);
  // What a block RAM gives out comes behind its register, so that a module is verified with its registers.
  circuitOf(pipeline(narrowed, { period: 1000, delays: DELAYS, inputDelay: 0 }).module);
  const [before, after] = [module, narrowed].map((each) => interpretCircuit({ name: "m", modules: [each] }));
  for (const inputs of stimuli(module, random, 60))
    expect(after?.step(inputs, false), message).toEqual(before?.step(inputs, false));
  expect(narrowed.outputs.map(({ name }) => name)).toEqual(module.outputs.map(({ name }) => name));
  narrowed.outputs.forEach(({ wire }, i) => {
    const { width, signed } = narrowed.wires[wire] as Wire;
    expect({ width, signed }).toEqual(kindOf(module.wires[module.outputs[i]?.wire as number] as Wire));
  });
  return narrowed;
}

const kindOf = ({ width, signed }: Wire) => ({ width, signed });

/** A module of random cells, whose outputs are some bits of some of them. */
function randomModule(random: Random): Module {
  const builder = new ModuleBuilder(random.chance(0.4) ? hardBlocksOf(DELAYS) : {});
  const signals: Signal[] = random.array(random.integer(1, 4), (i) =>
    builder.number(`x${i}`, number(random.integer(1, 5), random.chance(0.5))),
  );
  const ports = signals.length;
  const pick = () => random.pick(signals);
  const bit = (): Signal => {
    const a = pick();
    const { width } = builder.wireOf(a);
    return random.chance(0.5)
      ? builder.atLeast(a, random.within(a.range))
      : builder.slice(a, random.integer(0, width - 1), { lo: 0n, hi: 1n });
  };
  const makers: readonly (() => Signal)[] = [
    () => builder.add(pick(), pick()),
    () => builder.subtract(pick(), pick()),
    () => {
      const terms = random.array(2, () => ({
        ...{ signal: pick(), shift: random.integer(0, 6), negative: random.chance(0.4) },
      }));
      return builder.sum([{ signal: pick(), shift: random.integer(0, 6) }, ...terms]);
    },
    () => builder.add(pick(), builder.constant(BigInt(random.integer(-40, 40)) << 2n)),
    () => builder.mul(pick(), pick(), builder.search.dsp !== undefined && random.chance(0.5)),
    () => builder.offset(pick(), random.chance(0.5)),
    () => builder.shift(pick(), random.integer(-4, 3)),
    () => builder.wrap(pick(), number(random.integer(1, 7), random.chance(0.5))),
    () => {
      const a = pick();
      const low = random.integer(0, builder.wireOf(a).width - 1);
      return builder.slice(a, low, number(builder.wireOf(a).width - low, random.chance(0.3)));
    },
    () => builder.concat(random.array(random.integer(1, 3), pick)),
    bit,
    () => builder.mux(bit(), pick(), pick()),
    () => builder.mux(bit(), pick(), builder.constant(BigInt(random.integer(-9, 9)))),
    () => {
      const index = builder.wrap(pick(), { lo: 0n, hi: 3n });
      return builder.choose(index, random.array(4, pick) as [Signal, Signal, Signal, Signal]);
    },
    () => {
      const [step, slope] = [random.integer(1, 8), random.integer(-5, 5)];
      return lowerTable(builder, builder.wrap(pick(), number(random.integer(1, 7), false)), (k) =>
        BigInt(Math.floor(Number(k) / step) * slope),
      );
    },
    () => clampSignal(builder, pick(), number(random.integer(1, 4), true)),
    () => reluSignal(builder, pick()),
    () => {
      const inputs = signals.slice(0, ports);
      const weights = inputs.map(() => BigInt(random.integer(-20, 20)));
      const bias = BigInt(random.integer(-20, 20));
      return lowerLinear(builder, inputs, [{ weights, bias }])[0] as Signal;
    },
  ];
  for (let i = random.integer(1, 12); i > 0; i--) {
    const made = random.pick(makers)();
    // Numbers do not grow beyond what is quick to look at.
    if (builder.wireOf(made).width <= 24) signals.push(made);
  }
  const outputs = random.array(random.integer(1, 3), (i) => {
    const signal = random.chance(0.6) ? (signals.at(-1 - i) ?? pick()) : pick();
    const type = number(random.integer(1, builder.wireOf(signal).width), random.chance(0.3));
    const drop = builder.shift(signal, -random.integer(0, builder.wireOf(signal).width - 1));
    return { name: `y${i}`, signal: random.chance(0.7) ? builder.wrap(drop, type) : drop };
  });
  return builder.finish("m", [], outputs);
}

function narrowRandom(seed: number): { readonly module: Module; readonly narrowed: Module } {
  const random = new Random(seed);
  const module = randomModule(random);
  const narrowed = expectSame(module, random, `seed ${seed}`);
  expect(bitsIn(narrowed), `seed ${seed}`).toBeLessThanOrEqual(bitsIn(module));
  expectSame(narrowed, random, `narrowed again, seed ${seed}`);
  return { module, narrowed };
}

describe("narrowed wires", () => {
  it("leave the outputs of random modules as they are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        narrowRandom(seed);
      }),
      { numRuns: 250 },
    );
  });

  it("are those of every cell", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 250; seed++) {
      const { module, narrowed } = narrowRandom(seed);
      for (const { cell } of narrowed === module ? [] : narrowed.wires) seen.add(cell.op);
    }
    const others = ["input", "constant", "slice", "concat", "shift", "offset", "atleast", "dspout", "ramout"];
    expect([...seen].toSorted()).toEqual([...others, ...LOGIC].toSorted());
  });

  it("are computed modulo 2^n where a later wrap keeps n bits", () => {
    const builder = new ModuleBuilder();
    const inputs = ["a", "b", "c"].map((name) => builder.number(name, number(6, true)));
    const [sum] = lowerLinear(builder, inputs, [{ weights: [5n, -3n, 11n], bias: 4n }]) as [Signal];
    const type = { signed: true, width: 4, integer: 4 };
    const out = overflowSignal(builder, roundSignal(builder, sum, 1, "TRN"), type, "WRAP");
    const module = builder.finish("m", [], [{ name: "out", signal: out }]);
    const narrowed = expectSame(module, new Random(1), "a wrapped sum");
    const widest = ({ wires }: Module) =>
      Math.max(...wires.filter(({ cell }) => /add|sub/.test(cell.op)).map(({ width }) => width));
    expect(widest(module)).toBe(11);
    expect(widest(narrowed)).toBe(5);
  });

  it("lose low bits that are dropped where no carry comes out of them", () => {
    const builder = new ModuleBuilder();
    const [a, b] = ["a", "b"].map((name) => builder.number(name, number(5, false))) as [Signal, Signal];
    const select = builder.number("s", { lo: 0n, hi: 1n });
    const mux = builder.mux(select, a, b);
    const apart = builder.concat([a, b]);
    const sum = builder.sum([
      { signal: a, shift: 3 },
      { signal: b, shift: 0 },
    ]);
    const module = builder.finish(
      "m",
      [],
      [
        { name: "chosen", signal: builder.shift(mux, -2) },
        { name: "beside", signal: builder.shift(apart, -4) },
        { name: "added", signal: builder.shift(sum, -4) },
      ],
    );
    const narrowed = expectSame(module, new Random(2), "dropped bits");
    const widths = ["m0", "i0", "a0"].map((name) => [module, narrowed].map((m) => wireNamed(m, name)?.width));
    expect(widths).toEqual([
      [5, 3],
      [10, 6],
      // Bits 0 … 2 are b's alone; bit 3 has a carry.
      [9, 6],
    ]);
  });

  it("compare only bits that a level leaves open, and look up only what an entry depends on", () => {
    const builder = new ModuleBuilder();
    const a = builder.number("a", number(8, true));
    const table = builder.table(
      builder.wrap(a, { lo: 0n, hi: 127n }),
      Array.from({ length: 128 }, (_, i) => BigInt((i >> 2) & 7)),
    );
    const module = builder.finish(
      "m",
      [],
      [
        { name: "high", signal: builder.atLeast(builder.add(a, a), 48n) },
        { name: "entry", signal: table },
      ],
    );
    const narrowed = expectSame(module, new Random(3), "comparison and table");
    const compared = narrowed.wires.find(({ cell }) => cell.op === "atleast")?.cell;
    expect(compared).toMatchObject({ level: 3n });
    const cell = wireNamed(narrowed, "t0")?.cell;
    expect(cell?.op === "table" && cell.entries.length).toBe(8);
  });

  it("stay the same module where all bits are needed", () => {
    const builder = new ModuleBuilder();
    const [a, b] = ["a", "b"].map((name) => builder.number(name, number(5, true))) as [Signal, Signal];
    const sum = builder.add(builder.subtract(a, b), builder.constant(3n));
    const signal = builder.mux(builder.atLeast(sum, 1n), sum, builder.constant(0n));
    const module = builder.finish("m", [], [{ name: "out", signal }]);
    expect(narrowWires(module)).toBe(module);
  });
});
