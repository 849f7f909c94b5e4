import { describe, expect, it } from "vitest";
import { estimateResources } from "../../src/estimate/resources.js";
import type { Module } from "../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../src/ir/circuit/text.js";
import { verifyCircuit } from "../../src/ir/circuit/verify.js";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed, FixedInput } from "../../src/ir/fixed/fixed.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { delaysOf, type Target } from "../../src/lower/target.js";
import { compareByVerilog } from "../support/firmware.js";
import { expectEqual } from "../support/parallel.js";
import { Random } from "../support/random.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

const BYTE = { signed: true, width: 8, integer: 8 };

/** y = f(x) + f(x') for two numbers of `inputs` bits, by a table of noise of `width` bits. */
function tables(inputs: number, width: number, name = "m"): Fixed {
  const random = new Random(inputs * 100 + width);
  const low = -(1n << BigInt(inputs - 1));
  const type = { signed: true, width: inputs, integer: inputs };
  const x: FixedInput = {
    ...{ op: "input", name: "x", inputs: [], shape: [2], rounding: "RND", overflow: "SAT" },
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [{ lo: low, hi: -low - 1n }] },
  };
  const entries = random.array(2 ** inputs, () => BigInt.asIntN(width, random.bits(width)));
  const items = [{ low, entries }];
  const f = completeNode(
    {
      ...{ op: "table", name: "f", inputs: ["x"], tables: { per: "tensor", items } },
      types: { per: "tensor", items: [BYTE] },
    },
    [x],
  );
  const sum = completeNode({ op: "reduce", name: "y", inputs: ["f"], kind: "sum", axes: [0] }, [f]);
  return { name, nodes: [x, f, sum], outputs: [{ name: "y", value: "y" }] };
}

const lowered = (
  fixed: Fixed,
  { megahertz = 320, from = 1000, target = "ultrascale" as Target } = {},
): Lowered =>
  lower(fixed, {
    ...{ architecture: "parallel", period: 1000 / megahertz },
    delays: delaysOf(target === "generic" ? "7-series" : "ultrascale+", target, "lut", from),
  });

const rams = ({ circuit }: Lowered) =>
  circuit.modules.flatMap(({ wires }) => wires.filter(({ cell }) => cell.op === "table" && cell.ram)).length;

describe("a table in block RAM", () => {
  it("is one of more than six inputs and at least as many bits as asked for", () => {
    expect(rams(lowered(tables(8, 7), { from: 256 * 7 }))).toBe(2);
    expect(rams(lowered(tables(8, 7), { from: 256 * 7 + 1 }))).toBe(0);
    expect(rams(lowered(tables(6, 8), { from: 1 }))).toBe(0);
    expect(rams(lowered(tables(7, 8), { from: 1 }))).toBe(2);
  });

  it.each([100, 200, 320, 450])("equals the reference in every clock, at %i MHz", (megahertz) => {
    const fixed = tables(9, 6);
    const firmware = lowered(fixed, { megahertz });
    expect(rams(firmware)).toBe(2);
    expectEqual(fixed, firmware, new Random(megahertz), 80);
    const text = printCircuit(firmware.circuit);
    expect(printCircuit(parseCircuit(text, "text"))).toBe(text);
    for (const { path } of firmware.stages) expect(path).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
  });

  it("gives its data a clock after its address, whatever the clock", () => {
    expect(lowered(tables(8, 7), { megahertz: 50, from: 1e6 }).latency).toBe(1);
    expect(lowered(tables(8, 7), { megahertz: 50 }).latency).toBe(2);
  });

  it("is read through its register only", () => {
    const { circuit } = lowered(tables(8, 7));
    const broken = circuit.modules.map((module): Module => {
      const table = module.wires.findIndex(({ cell }) => cell.op === "table" && cell.ram);
      const { cycle } = module.wires[table] ?? { cycle: 0 };
      const wires = module.wires.map((wire) =>
        wire.cell.op === "ramout" ? { ...wire, cycle, cell: { ...wire.cell, a: table } } : wire,
      );
      return { ...module, wires };
    });
    expect(() => verifyCircuit({ ...circuit, modules: broken })).toThrow(
      /reads no register of a table in block RAM/,
    );
  });

  it.runIf(hasTool("verilator", "--version"))(
    "is the same in Verilator",
    async () => {
      const fixed = tables(10, 8);
      const result = await compareByVerilog(fixed, lowered(fixed), {
        ...{ simulator: "verilator", count: 500, seed: 3 },
      });
      expect(result.differences).toEqual([]);
    },
    120_000,
  );

  it.runIf(hasTool("iverilog", "-V"))(
    "is the same in Icarus Verilog",
    async () => {
      const fixed = tables(9, 8);
      const result = await compareByVerilog(fixed, lowered(fixed), {
        ...{ simulator: "iverilog", count: 200, seed: 5 },
      });
      expect(result.differences).toEqual([]);
    },
    60_000,
  );

  it.runIf(hasTool("yosys", "-V")).each(["ultrascale", "generic"] as const)(
    "is as much block RAM as Yosys takes, for %s",
    async (target) => {
      const sizes =
        target === "generic"
          ? ([[9, 6]] as const)
          : ([
              [8, 7],
              [10, 8],
            ] as const);
      const circuits = sizes.map(
        ([inputs, width], i) => lowered(tables(inputs, width, `m${i}`), { target, megahertz: 150 }).circuit,
      );
      const counted = await countedByYosys(circuits, target);
      for (const circuit of circuits) {
        const { name } = circuit;
        const [estimate, yosys] = [estimateResources(circuit, target).get(name), counted.get(name)];
        expect(estimate?.bram, name).toBeGreaterThan(0);
        expect({ bram: estimate?.bram, ff: estimate?.ff }, name).toEqual({
          bram: yosys?.bram,
          ff: yosys?.ff,
        });
        expect(Math.abs((estimate?.lut ?? 0) - (yosys?.lut ?? 0))).toBeLessThanOrEqual(2);
      }
    },
    180_000,
  );
});
