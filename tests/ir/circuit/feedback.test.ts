import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildSimulator } from "../../../src/cosim/simulators.js";
import { estimateResources } from "../../../src/estimate/resources.js";
import { emitVerilog } from "../../../src/hls-emit/verilog/index.js";
import type { Circuit, Module } from "../../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../../src/ir/circuit/text.js";
import { verifyCircuit } from "../../../src/ir/circuit/verify.js";
import { InternalError, UserError } from "../../../src/ir/errors.js";
import { ModuleBuilder } from "../../../src/lower/module-builder.js";
import { StructureBuilder } from "../../../src/lower/structure-builder.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { inputSignal } from "../../support/circuit.js";
import { withFolder, writeVerilog } from "../../support/firmware.js";
import { Random } from "../../support/random.js";
import { countedByYosys } from "../../support/synthesize.js";
import { hasTool } from "../../support/tools.js";

const WIDTH = 6;

/** x + 3 on as many bits as x, out of a register. */
function plusThree(): Module {
  const m = new ModuleBuilder();
  const x = inputSignal(m, "x", WIDTH, { lo: 0n, hi: 60n });
  const sum = m.narrow(m.add(x, m.constant(3n)), { lo: 0n, hi: 63n });
  const plain = m.finish("plus_three", ["x + 3."], [{ name: "y", signal: sum }]);
  const wire = plain.outputs[0]?.wire as number;
  const { width, signed } = plain.wires[wire] as Module["wires"][number];
  const cell = { op: "register", source: wire, reset: false } as const;
  const wires = [...plain.wires, { name: "r", width, signed, cycle: 1, cell }];
  return { ...plain, wires, outputs: [{ name: "y", wire: wires.length - 1 }] };
}

/** One adder for x + 3 and, where in_data[0] is 1, for what it gave in the clock before. */
function feedbackCircuit(name = "again"): Circuit {
  const inner = plusThree();
  const b = new StructureBuilder();
  const valid = b.input("in_valid", 1);
  const first = b.input("in_first", 1);
  const data = b.input("in_data", WIDTH + 1);
  const { wire, drive } = b.feedback("own", WIDTH, 1);
  const [sum] = b.place("add", inner, [{ port: "x", wire }], 1) as [number];
  const back = b.ahead("back", b.slice("low", sum, 0, WIDTH), -2);
  drive(b.mux("next", b.slice("chosen", data, 0, 1), back, b.slice("x", data, 1, WIDTH)));
  const module = b.finish(
    name,
    [],
    [
      { name: "out_valid", wire: b.delay(valid, 2, true) },
      { name: "out_first", wire: b.delay(first, 2, false) },
      { name: "out_data", wire: sum },
    ],
  );
  return { name, modules: [inner, module] };
}

const circuit = feedbackCircuit();

/** Inputs by clock, and the sum of each clock from the third on. */
function clocks(seed: number): { readonly inputs: readonly bigint[]; readonly sums: readonly bigint[] } {
  const random = new Random(seed);
  const inputs = Array.from({ length: 400 }, (_, i) =>
    i === 0 || random.chance(0.5) ? BigInt(random.integer(0, 63)) << 1n : 1n,
  );
  const sums: bigint[] = [];
  let [register, sum] = [0n, 0n];
  for (const input of inputs) {
    sums.push(sum);
    [register, sum] = [(input & 1n) === 1n ? sum : input >> 1n, BigInt.asUintN(WIDTH, register + 3n)];
  }
  return { inputs, sums };
}

/** The circuit's top module with one wire changed. */
function withTop(edit: (wire: Module["wires"][number]) => Module["wires"][number]): Circuit {
  const [inner, top] = circuit.modules as readonly [Module, Module];
  return { ...circuit, modules: [inner, { ...top, wires: top.wires.map(edit) }] };
}

describe("a register of a wire that comes later", () => {
  it("is verified, its cycle as that of any register", () => {
    verifyCircuit(circuit);
    const later = withTop((wire) => (wire.name === "own" ? { ...wire, cycle: 2 } : wire));
    expect(() => verifyCircuit(later)).toThrow("a register adds one cycle");
    const nothing = withTop((wire) =>
      wire.name === "own" ? { ...wire, cell: { op: "register", source: 99, reset: false } } : wire,
    );
    expect(() => verifyCircuit(nothing)).toThrow("reads a wire that does not exist");
    const other = withTop((wire) =>
      wire.name === "back" && wire.cell.op === "ahead"
        ? { ...wire, cell: { ...wire.cell, source: circuit.modules[1]?.wires.length as number } }
        : wire,
    );
    expect(() => verifyCircuit(other)).toThrow(/that comes later|that does not exist/);
  });

  it("is driven by a wire of its width, of the cycle before", () => {
    const b = new StructureBuilder();
    const { drive } = b.feedback("r", 3, 1);
    expect(() => drive(b.input("narrow", 2, 0))).toThrow(InternalError);
    expect(() => drive(b.input("late", 3, 1))).toThrow(InternalError);
    drive(b.input("right", 3, 0));
  });

  it("reads back from its text; only a register may name what comes later", () => {
    const text = printCircuit(circuit);
    expect(parseCircuit(text, "test")).toEqual(circuit);
    expect(() => parseCircuit(text.replace("register(%next)", "register(%nowhere)"), "test")).toThrow(
      /'nowhere' is not defined/,
    );
    const early = text.replace("slice(%in_data) {low = 0}", "slice(%next) {low = 0}");
    expect(early).not.toBe(text);
    expect(() => parseCircuit(early, "test")).toThrow(UserError);
    expect(() => parseCircuit(early, "test")).toThrow(/'next' is not defined before it/);
  });

  it("computes what a loop does", () => {
    const { inputs, sums } = clocks(1);
    const interpreter = interpretCircuit(circuit);
    const found = inputs.map(
      (in_data) => interpreter.step({ in_valid: 1n, in_first: 0n, in_data }, false).out_data,
    );
    expect(found.slice(2)).toEqual(sums.slice(2));
  });

  it("is declared at its place and driven at the end", () => {
    const lines = emitVerilog(circuit).at(-1)?.text.split("\n") as readonly string[];
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at("reg [5:0] own;")).toBeGreaterThan(0);
    expect(at("own <= next;")).toBeGreaterThan(at("wire [5:0] next ="));
  });

  it.runIf(hasTool("iverilog", "-V"))("computes the same in Icarus Verilog", async () => {
    await withFolder(async (folder) => {
      const ports = {
        inputs: [{ port: "in_data", width: WIDTH + 1 }],
        outputs: [{ port: "out_data", width: WIDTH }],
      };
      const files = writeVerilog(circuit, folder);
      const player = await buildSimulator("iverilog", { top: "again", files, ports, lut: 0 }, folder);
      const { inputs, sums } = clocks(2);
      const [stimulus, record] = [join(folder, "in.txt"), join(folder, "out.txt")];
      writeFileSync(stimulus, inputs.map((input) => `10 ${input.toString(16).padStart(2, "0")}\n`).join(""));
      await player.play(stimulus, record, 1);
      const found = readFileSync(record, "utf8").trimEnd().split("\n");
      expect(found.slice(2).map((line) => BigInt(`0x${line.slice(3)}`))).toEqual(sums.slice(2));
    });
  });

  it.runIf(hasTool("yosys", "-V"))(
    "is estimated as Yosys counts it",
    async () => {
      const counted = (await countedByYosys([circuit], "generic")).get("again");
      expect(estimateResources(circuit, "generic").get("again")).toMatchObject({
        lut: counted?.lut,
        ff: counted?.ff,
      });
    },
    180_000,
  );
});
