import { describe, expect, it } from "vitest";
import { estimateResources } from "../../src/estimate/resources.js";
import type { CellOf, Module, Wire } from "../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../src/ir/circuit/text.js";
import { verifyCircuit } from "../../src/ir/circuit/verify.js";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed, FixedInput } from "../../src/ir/fixed/fixed.js";
import type { Interval } from "../../src/ir/fixed-point.js";
import type { Fabric } from "../../src/lower/delay.js";
import { DSPS } from "../../src/lower/dsp.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { lowerProduct } from "../../src/lower/multiply.js";
import { delaysOf, targetOf } from "../../src/lower/target.js";
import { combinational, inputSignal } from "../support/circuit.js";
import { compareByVerilog } from "../support/firmware.js";
import { mistakeOf } from "../support/mistake.js";
import { expectEqual } from "../support/parallel.js";
import { Random } from "../support/random.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

const unsigned = (bits: number): Interval => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });
const signed = (bits: number): Interval => ({
  lo: -(1n << BigInt(bits - 1)),
  hi: (1n << BigInt(bits - 1)) - 1n,
});
const range = (bits: number) => (bits < 0 ? signed(-bits) : unsigned(bits));

/** A module of one product, of operands of so many bits (signed where negative), and its DSPs. */
function product(a: number, b: number, fabric: Fabric = "ultrascale+"): { module: Module; dsps: number } {
  const builder = new ModuleBuilder({ dsp: DSPS[fabric] });
  const x = inputSignal(builder, "x", Math.abs(a), range(a));
  const y = inputSignal(builder, "y", Math.abs(b), range(b));
  const module = builder.finish("m", [], [{ name: "out", signal: lowerProduct(builder, x, y) }]);
  return { module, dsps: productsOf(module).length };
}

const productsOf = ({ wires }: Module) => wires.filter(({ cell }) => cell.op === "mul" && cell.dsp);

/** Two tensors of `count` elements each multiplied, and the products added up. */
function sumOfProducts(a: number, b: number, count: number): Fixed {
  const input = (name: string, bits: number): FixedInput => ({
    ...{ op: "input", name, inputs: [], shape: [count], rounding: "RND", overflow: "SAT" },
    types: {
      per: "tensor",
      items: [{ signed: bits < 0, width: Math.abs(bits), integer: Math.abs(bits) }],
    },
    ranges: { per: "tensor", items: [range(bits)] },
  });
  const [x, y] = [input("x", a), input("y", b)];
  const products = completeNode({ op: "multiply", name: "p", inputs: ["x", "y"] }, [x, y]);
  const sum = completeNode({ op: "reduce", name: "s", inputs: ["p"], kind: "sum", axes: [0] }, [products]);
  return { name: "m", nodes: [x, y, products, sum], outputs: [{ name: "s", value: "s" }] };
}

const lowered = (fixed: Fixed, megahertz: number, fabric: Fabric = "ultrascale+"): Lowered =>
  lower(fixed, {
    ...{ architecture: "parallel", period: 1000 / megahertz },
    delays: delaysOf(fabric, targetOf(fabric), "dsp"),
  });

describe("a product by DSPs", () => {
  it.each([
    [-27, -18, 1],
    [26, 17, 1],
    [-18, 26, 1],
    [9, -5, 1],
    // One bit more than a DSP takes.
    [27, 17, 1],
    [-27, 18, 1],
    [-28, -18, 1],
    [-30, -18, 2],
    [-24, -24, 2],
    [40, -33, 4],
    // Small ones take LUTs.
    [4, 4, 0],
    [-20, 3, 0],
    [-20, -1, 0],
  ])("of %i and %i bits takes %i, and is exact at its corners and between", (a, b, dsps) => {
    const { module, dsps: found } = product(a, b);
    expect(found).toBe(dsps);
    const run = combinational(module);
    const random = new Random(a * 100 + b);
    const numbers = (bits: number) => {
      const { lo, hi } = range(bits);
      const any = random.array(25, () => BigInt.asUintN(Math.abs(bits), random.bits(Math.abs(bits))));
      return [lo, lo + 1n, hi - 1n, hi, 0n, ...any.map((k) => (bits < 0 ? BigInt.asIntN(-bits, k) : k))];
    };
    for (const x of numbers(a))
      for (const y of numbers(b)) {
        const inputs = { x: BigInt.asUintN(Math.abs(a), x), y: BigInt.asUintN(Math.abs(b), y) };
        expect(run(inputs), `${x} · ${y}`).toBe(x * y);
      }
  });

  it("fits the operands of the fabric's DSP", () => {
    expect(product(-27, -18, "ultrascale").dsps).toBe(1);
    expect(product(-27, -18, "7-series").dsps).toBe(1);
    expect(product(-25, -18, "7-series").dsps).toBe(1);
    for (const fabric of ["ultrascale+", "7-series"] as const) {
      const { module } = product(-40, 37, fabric);
      const { a, b } = DSPS[fabric];
      for (const { cell } of productsOf(module)) {
        const bits = [(cell as CellOf<"mul">).a, (cell as CellOf<"mul">).b].map((id) => {
          const { width, signed: negative } = module.wires[id] as Wire;
          return negative ? width : width + 1;
        });
        expect(Math.max(...bits)).toBeLessThanOrEqual(a);
        expect(Math.min(...bits)).toBeLessThanOrEqual(b);
      }
    }
  });

  it.each([200, 320, 480, 560])("equals the reference in every clock, at %i MHz", (megahertz) => {
    for (const [a, b] of [
      [-16, 12],
      [-33, -20],
    ] as const) {
      const fixed = sumOfProducts(a, b, 3);
      const firmware = lowered(fixed, megahertz);
      expect(firmware.circuit.modules.flatMap(productsOf).length).toBeGreaterThan(0);
      expectEqual(fixed, firmware, new Random(megahertz), 60);
      const text = printCircuit(firmware.circuit);
      expect(printCircuit(parseCircuit(text, "text"))).toBe(text);
    }
  });

  it("has a register between multiplier and adder where the clock is too fast for both", () => {
    const between = ({ circuit }: Lowered) =>
      circuit.modules.flatMap(({ wires }) =>
        wires.filter(({ cell }) => cell.op === "dspout" && wires[cell.a]?.cell.op === "register"),
      ).length;
    const fixed = sumOfProducts(-16, 12, 2);
    expect(between(lowered(fixed, 200))).toBe(0);
    expect(between(lowered(fixed, 500))).toBeGreaterThan(0);
    for (const megahertz of [200, 500])
      for (const { path } of lowered(fixed, megahertz).stages)
        expect(path).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
  });

  it("refuses a clock that its multiplier is too slow for", () => {
    expect(mistakeOf(() => lowered(sumOfProducts(-16, 12, 2), 700))).toMatch(
      /a \d+-bit 'mul' takes 1.45 ns.*\n.*Products may be LUTs \(multipliers: lut\)/,
    );
  });

  it("is no more than what a 'dspout' reads", () => {
    const { module } = product(-12, 9);
    const wires = module.wires.map((wire) =>
      wire.cell.op === "dspout" ? { ...wire, cell: { ...wire.cell, a: 0 } } : wire,
    );
    expect(() => verifyCircuit({ name: "m", modules: [{ ...module, wires }] })).toThrow(
      /reads no product of a DSP|not as wide/,
    );
  });

  it.runIf(hasTool("verilator", "--version"))(
    "is the same in Verilator, without a warning",
    async () => {
      const fixed = sumOfProducts(33, -21, 2);
      const result = await compareByVerilog(fixed, lowered(fixed, 450), {
        ...{ simulator: "verilator", count: 300, seed: 3 },
      });
      expect(result.differences).toEqual([]);
    },
    180_000,
  );

  it.runIf(hasTool("iverilog", "-V"))(
    "is the same in Icarus Verilog",
    async () => {
      const fixed = sumOfProducts(-29, 19, 2);
      const result = await compareByVerilog(fixed, lowered(fixed, 320), {
        ...{ simulator: "iverilog", count: 200, seed: 5 },
      });
      expect(result.differences).toEqual([]);
    },
    60_000,
  );

  it.runIf(hasTool("yosys", "-V")).each(["ultrascale", "generic"] as const)(
    "is as many DSPs as Yosys takes, for %s",
    async (target) => {
      const fabric = target === "generic" ? "7-series" : "ultrascale+";
      const circuits = (
        [
          [-27, -18],
          [26, 17],
          [-30, -18],
          [4, 4],
          [-20, 3],
          [5, 5],
          [-33, 30],
        ] as const
      ).map(([a, b], i) => ({
        ...{ name: `m${i}` },
        modules: [{ ...product(a, b, fabric).module, name: `m${i}` }],
      }));
      const counted = await countedByYosys(circuits, target, true);
      for (const circuit of circuits) {
        const estimate = estimateResources(circuit, target).get(circuit.name);
        const yosys = counted.get(circuit.name);
        expect(estimate?.dsp, circuit.name).toBe(yosys?.dsp);
        // On the 7 series Yosys adds the parts of a wide product up in the DSPs too.
        if (target === "ultrascale")
          expect(Math.abs((estimate?.lut ?? 0) - (yosys?.lut ?? 0))).toBeLessThanOrEqual(
            1 + 0.1 * (yosys?.lut ?? 0),
          );
      }
    },
    180_000,
  );
});
