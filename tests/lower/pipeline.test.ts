import { describe, expect, it } from "vitest";
import { cellOperands, type Module, moduleLatency, type Wire } from "../../src/ir/circuit/circuit.js";
import { UserError } from "../../src/ir/errors.js";
import { cellDelay, FABRICS } from "../../src/lower/delay.js";
import { lowerLinear } from "../../src/lower/linear/index.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { pipeline } from "../../src/lower/pipeline.js";
import { interpretCircuit } from "../../src/sim/circuit.js";
import { circuitOf } from "../support/circuit.js";
import { Random } from "../support/random.js";

const FABRIC = FABRICS["ultrascale+"];
const INPUT_DELAY = FABRIC.lut + FABRIC.net;

/** A module of sums of sums over a packed port. */
function randomModule(seed: number): Module {
  const random = new Random(seed);
  const builder = new ModuleBuilder();
  const count = random.integer(1, 10);
  const port = builder.input("in_patch", 4 * count);
  const inputs = random.array(count, (i) =>
    builder.slice(
      port,
      4 * i,
      random.pick([
        { lo: 0n, hi: 1n },
        { lo: -8n, hi: 7n },
      ]),
      "x",
    ),
  );
  const sums = random.array(3, () => ({
    weights: inputs.map(() => BigInt(random.integer(-9, 9))),
    bias: BigInt(random.integer(-9, 9)),
  }));
  const first = lowerLinear(builder, inputs, sums);
  const again = first.map((_, i) => ({ weights: first.map((_, j) => BigInt(i - j)), bias: 1n }));
  const second = lowerLinear(builder, first, again);
  const bits = second.map((signal) => builder.mux(builder.atLeast(signal, 3n), signal, builder.constant(0n)));
  return builder.finish("sums", [], [{ name: "out", signal: builder.concat(bits) }]);
}

/** The longest path between registers, measured on the pipelined module anew. */
function longestPath(module: Module): number {
  const wire = (id: number) => module.wires[id] as Wire;
  const ends: number[] = [];
  let longest = 0;
  for (const { cell, width } of module.wires) {
    const start =
      cell.op === "register" || cell.op === "constant"
        ? 0
        : cell.op === "input"
          ? INPUT_DELAY
          : Math.max(0, ...cellOperands(cell).map((id) => ends[id] as number));
    const end = cell.op === "register" ? 0 : start + cellDelay(cell, width, wire, FABRIC);
    ends.push(end);
    longest = Math.max(longest, end);
  }
  return longest + FABRIC.register;
}

const timed = (module: Module, period: number, inputDelay = INPUT_DELAY) =>
  pipeline(module, { period, delays: FABRIC, inputDelay });

describe("pipelining", () => {
  it("keeps every path within the period, and says what the longest is", () => {
    for (let seed = 1; seed <= 60; seed++) {
      for (const period of [1.2, 2, 3.125, 5, 10]) {
        const { module, paths } = timed(randomModule(seed), period);
        expect(longestPath(module)).toBeLessThanOrEqual(period + 1e-9);
        expect(longestPath(module)).toBeCloseTo(Math.max(...paths), 9);
      }
    }
  });

  it("delays what it computes and changes nothing else", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed);
      const flat = randomModule(seed);
      const width = flat.wires[0]?.width as number;
      const plain = interpretCircuit(circuitOf(flat));
      const { module } = timed(flat, random.pick([1.2, 1.6, 2.5]));
      const latency = moduleLatency(module);
      const piped = interpretCircuit(circuitOf(module));
      const expected = random
        .array(latency + 20, () => random.bits(width))
        .map((bits) => {
          const found = piped.step({ in_patch: bits }, false);
          return [plain.step({ in_patch: bits }, false).out, found.out] as const;
        });
      for (let clock = latency; clock < expected.length; clock++)
        expect(expected[clock]?.[1], `seed ${seed}`).toBe(expected[clock - latency]?.[0]);
    }
  });

  it("takes no cycle at a slow clock, and never more at a slower one", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const latencies = [1.2, 1.5, 2, 3, 4, 6, 1000].map((period) =>
        moduleLatency(timed(randomModule(seed), period).module),
      );
      expect(latencies.at(-1)).toBe(0);
      expect(latencies).toEqual(latencies.toSorted((a, b) => b - a));
    }
  });

  it("refuses a clock that a single cell does not make, naming cell, times and module", () => {
    const refused = () => timed(randomModule(2), 0.81);
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(/ns for logic/);
    try {
      refused();
    } catch (error) {
      expect((error as UserError).format()).toMatch(/^module 'sums': .*\n {2}Ask for a slower clock/);
    }
  });

  it("refuses a clock that the input's own delay does not make, even without any cell", () => {
    const builder = new ModuleBuilder();
    const port = builder.input("in_patch", 2);
    const module = builder.finish("wires", [], [{ name: "out", signal: builder.concat([port, port]) }]);
    expect(() => timed(module, 0.7)).toThrow(UserError);
    expect(() => timed(module, 0.81)).not.toThrow();
  });
});
