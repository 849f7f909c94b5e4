import { describe, expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { FABRICS } from "../../src/lower/delay.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { readGolden } from "../support/golden.js";
import { mistakeOf } from "../support/mistake.js";
import { expectEqual } from "../support/parallel.js";
import { Random } from "../support/random.js";

/** Two dense layers with a narrow value between them. */
function network(): Fixed {
  const random = new Random(5);
  const weights = (rows: number, columns: number) =>
    `tensor<${rows}x${columns}>[${random.array(rows * columns, () => random.integer(-15, 15)).join(", ")}]`;
  const bias = (length: number) =>
    `tensor<${length}>[${random.array(length, () => random.integer(-9, 9)).join(", ")}]`;
  return parseFixed(
    `l1c fixed "net"

graph main {
  %x : [12] fixed<6,6> -32..31 = input()
  %d : [10] fixed<15,15> -16384..16383 = dense(%x) {kernel = ${weights(12, 10)}, bias = ${bias(10)}}
  %q : [10] ufixed<4,14> 0..15 = requantize(%d) {rounding = RND, overflow = SAT}
  %e : [6] fixed<15,15> -16384..16383 = dense(%q) {kernel = ${weights(10, 6)}, bias = ${bias(6)}}
  return y = %e
}
`,
    "net",
  );
}

const registers = ({ circuit }: Lowered) =>
  circuit.modules.reduce(
    (sum, { wires }) =>
      sum + wires.reduce((bits, { cell, width }) => bits + (cell.op === "register" ? width : 0), 0),
    0,
  );
const at = (megahertz: number, cycles?: number) =>
  lower(network(), {
    ...{ architecture: "parallel", period: 1000 / megahertz, delays: FABRICS["ultrascale+"] },
    ...(cycles !== undefined && { cycles }),
  });

describe("a bound on the latency", () => {
  it("is refused where the clock does not allow it, naming both", () => {
    const { latency } = at(400);
    expect(latency).toBeGreaterThan(2);
    expect(at(400, latency).latency).toBe(latency);
    const ns = (latency * 2.5).toFixed(1);
    expect(mistakeOf(() => at(400, 2))).toMatch(
      new RegExp(`latency: it takes ${latency} cycles \\(${ns} ns\\) at this clock, 2 are allowed`),
    );
    const stream = {
      architecture: "stream",
      axis: 1,
      columns: 1,
      period: 3,
      delays: FABRICS["ultrascale+"],
    } as const;
    const tiny = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");
    expect(mistakeOf(() => lower(tiny, { ...stream, cycles: 1 }))).toMatch(/latency: it takes \d+ cycles/);
  });

  it("is used where it saves registers, and every clock states its longest path", () => {
    for (const megahertz of [150, 250, 400]) {
      const fewest = at(megahertz);
      const most = fewest.latency + 3;
      const allowed = at(megahertz, most);
      expect(allowed.latency).toBeLessThanOrEqual(most);
      expect(registers(allowed)).toBeLessThanOrEqual(registers(fewest));
      for (const lowered of [fewest, allowed]) {
        expect(lowered.stages.map(({ cycle }) => cycle)).toEqual([...Array(lowered.latency).keys()]);
        for (const { path } of lowered.stages) expect(path).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
        expect(lowered.stages.some(({ layer }) => layer === "d")).toBe(true);
        expectEqual(network(), lowered, new Random(1), 30);
      }
    }
  });
});

describe("an adder of three operands that is slower than a clock", () => {
  it("is split into two, and the firmware stays exact", () => {
    // One clock has 0.985 ns for logic: an adder of three takes 0.94 ns up to 8 bits, 1 ns from 9 to 16.
    const [slow, fast] = [at(300), at(810)];
    const adders = ({ circuit }: Lowered) =>
      circuit.modules.flatMap(({ wires }) => wires.filter(({ cell }) => cell.op === "add3"));
    expect(Math.max(...adders(slow).map(({ width }) => width))).toBeGreaterThan(8);
    expect(Math.max(...adders(fast).map(({ width }) => width))).toBe(8);
    expectEqual(network(), fast, new Random(2), 40);
  });
});
