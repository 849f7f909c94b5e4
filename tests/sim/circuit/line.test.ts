import { describe, expect, it } from "vitest";
import { moduleLatency } from "../../../src/ir/circuit/circuit.js";
import { InternalError } from "../../../src/ir/errors.js";
import { LineInterpreter } from "../../../src/sim/circuit/line.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { randomFlags, WAVES, waveCircuit } from "../../support/primitives.js";
import { Random } from "../../support/random.js";

const clock = (line: LineInterpreter, push: bigint | undefined, pop: boolean, reset = false) =>
  line.step({ in_data: push ?? 99n, in_push: BigInt(push !== undefined), in_pop: BigInt(pop) }, reset)
    .out_data;

describe("the line in the cycle interpreter", () => {
  it("gives words in their order, two clocks after the pop", () => {
    const line = new LineInterpreter({ bits: 8, depth: 4 });
    clock(line, 1n, false);
    clock(line, 2n, true);
    expect(clock(line, 3n, true)).toBe(0n);
    expect(clock(line, undefined, false)).toBe(1n);
    expect(clock(line, undefined, true)).toBe(2n);
    clock(line, undefined, false);
    expect(clock(line, undefined, false)).toBe(3n);
  });

  it("forgets its words in a reset, but not the one on its way out", () => {
    const line = new LineInterpreter({ bits: 8, depth: 4 });
    clock(line, 1n, false);
    clock(line, 2n, true);
    clock(line, 3n, true, true);
    expect(clock(line, 4n, false)).toBe(1n);
    clock(line, undefined, true);
    clock(line, undefined, false);
    expect(clock(line, undefined, false)).toBe(4n);
  });

  it("tells who pops what is not there or pushes too much", () => {
    const line = new LineInterpreter({ bits: 8, depth: 2 });
    expect(() => clock(line, 1n, true)).toThrow(new InternalError("a line is popped while it holds no word"));
    clock(line, 1n, false);
    clock(line, 2n, false);
    expect(() => clock(line, 3n, true)).toThrow(new InternalError("a line of 2 words is full"));
  });

  it.each(WAVES)("with rasters and a flag, delays every pixel as its cycles say: %j", (wave) => {
    const { rows, columns, rowPeriod, columnPeriod } = wave.raster;
    const circuit = waveCircuit(wave);
    const latency = wave.cycles + 3;
    expect(moduleLatency(circuit.modules[0] as (typeof circuit.modules)[number])).toBe(latency);
    const period = Math.max(rows * rowPeriod, wave.cycles);
    for (let seed = 1; seed <= 5; seed++) {
      const random = new Random(seed);
      const firsts = randomFlags(period, false, 300, seed);
      const data = firsts.map(() => random.bits(wave.bits));
      const pixels = firsts.map((_, at) => {
        const start = firsts.lastIndexOf(true, at);
        const [row, rest] = [Math.floor((at - start) / rowPeriod), (at - start) % rowPeriod];
        const inside = start >= 0 && row < rows && rest % columnPeriod === 0 && rest / columnPeriod < columns;
        return inside ? { out_valid: 1n, out_data: data[at], out_lower: BigInt(row >= 1) } : undefined;
      });
      const interpreter = interpretCircuit(circuit);
      firsts.forEach((first, at) => {
        const found = interpreter.step({ in_first: BigInt(first), in_data: data[at] as bigint }, false);
        const nothing = { out_valid: 0n, out_data: 0n, out_lower: 0n };
        expect(found, `seed ${seed}, clock ${at}`).toEqual(pixels[at - latency] ?? nothing);
      });
    }
  });
});
