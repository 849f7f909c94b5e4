import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emitVerilog } from "../../../src/hls-emit/verilog/index.js";
import { UserError } from "../../../src/ir/errors.js";
import { completeNode } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import type { Lowered, LoweredPort } from "../../../src/lower/lowered.js";
import { withFolder, writeVerilog } from "../../support/firmware.js";
import { expectGolden } from "../../support/golden.js";
import { evaluateAll } from "../../support/interval-oracle.js";
import { OPERATORS } from "../../support/operator-graphs.js";
import { lowerWhole, packPort, randomGraph } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { randomInputs } from "../../support/random-fixed.js";
import { hasTool, runTool } from "../../support/tools.js";

const widthOf = ({ packing }: LoweredPort) =>
  packing.kind === "parallel"
    ? Math.max(
        1,
        packing.fields.reduce((sum, { width }) => sum + width, 0),
      )
    : 0;
const hex = (bits: bigint, width: number) => `${width}'h${bits.toString(16)}`;

/** A bench that gives an event in every clock and prints the outputs of every clock. */
function bench(
  { inputs, outputs, circuit, latency }: Lowered,
  events: readonly (readonly bigint[])[],
): string {
  const top = circuit.modules.at(-1)?.name as string;
  const ports = ["clk", "rst", "in_valid", "in_first", "out_valid", "out_first"];
  return [
    "module bench;",
    "  reg clk = 0, rst = 1, in_valid = 0, in_first = 0;",
    "  wire out_valid, out_first;",
    ...inputs.map((port) => `  reg [${widthOf(port) - 1}:0] ${port.port} = 0;`),
    ...outputs.map((port) => `  wire [${widthOf(port) - 1}:0] ${port.port};`),
    `  ${top} dut (${[...ports, ...[...inputs, ...outputs].map(({ port }) => port)].map((name) => `.${name}(${name})`).join(", ")});`,
    "  task tick; begin #5 clk = 1; #5 clk = 0; end endtask",
    `  task show; #1 $display("%b%b ${outputs.map(() => "%h").join(" ")}", out_valid, out_first, ${outputs.map(({ port }) => port).join(", ")}); endtask`,
    "  initial begin",
    "    tick; tick; rst = 0; in_valid = 1; in_first = 1;",
    ...events.map(
      (event) =>
        `    ${event.map((bits, i) => `${inputs[i].port} = ${hex(bits, widthOf(inputs[i]))};`).join(" ")} show; tick;`,
    ),
    "    in_valid = 0;",
    ...Array.from({ length: latency }, () => "    show; tick;"),
    "    $finish(0);",
    "  end",
    "endmodule",
    "",
  ].join("\n");
}

/** Plays random events through Icarus Verilog and compares every bit of every output. */
function expectVerilogEqual(fixed: Fixed, lowered: Lowered, random: Random, count: number): void {
  const events = random.array(count, () => randomInputs(random, fixed, random.pick([0.2, 1])));
  const packed = events.map((event) => lowered.inputs.map((port) => packPort(port, event[port.name])));
  withFolder((folder) => {
    const path = join(folder, "bench.v");
    writeFileSync(path, bench(lowered, packed));
    const files = writeVerilog(lowered.circuit, folder);
    const built = runTool("iverilog", ["-g2005", "-Wall", "-o", "bench.vvp", path, ...files], folder);
    expect(built.output).toBe("");
    const lines = runTool("vvp", ["-n", "bench.vvp"], folder).output.trim().split("\n");
    expect(lines).toHaveLength(count + lowered.latency);
    lines.forEach((line, clock) => {
      const [flags, ...data] = line.split(" ");
      expect(flags).toBe(clock < lowered.latency ? "00" : "11");
      if (clock < lowered.latency) return;
      const values = evaluateAll(fixed, events[clock - lowered.latency]);
      lowered.outputs.forEach((port, i) => {
        const value = fixed.outputs.find(({ name }) => name === port.name)?.value as string;
        const wanted = packPort(port, values.get(value) as readonly bigint[]);
        expect(data[i].replace(/^0+(?=.)/, ""), `event ${clock - lowered.latency}`).toBe(wanted.toString(16));
      });
    });
  });
}

describe("the Verilog of parallel firmware", () => {
  it.runIf(hasTool("iverilog", "-V")).each(Array.from({ length: 40 }, (_, seed) => seed))(
    "equals the oracle in Icarus Verilog: random graph %i",
    (seed) => {
      const random = new Random(seed + 1000);
      const operator = OPERATORS[seed % OPERATORS.length];
      const weighted = [...Array.from({ length: 15 }, () => operator), ...OPERATORS];
      const fixed = randomGraph(random, random.pick([2, 4, 6]), 4, weighted, 120);
      try {
        expectVerilogEqual(fixed, lowerWhole(fixed, random.pick([100, 320])), random, 30);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(/index of|ns for logic/);
      }
    },
    30_000,
  );

  it.runIf(hasTool("verilator"))(
    "says nothing to Verilator",
    () => {
      for (let seed = 1; seed <= 6; seed++) {
        const random = new Random(seed);
        const lowered = lowerWhole(randomGraph(random, 4, 5, OPERATORS, 60), 320);
        withFolder((folder) => {
          const top = lowered.circuit.modules.at(-1)?.name as string;
          const files = writeVerilog(lowered.circuit, folder);
          const args = ["--lint-only", "-Wall", "--top-module", top, ...files];
          expect(runTool("verilator", args, folder)).toEqual({ code: 0, output: "" });
        });
      }
    },
    60_000,
  );

  it("is readable: a small dense layer (tests/golden/verilog/dense)", () => {
    const type = { signed: true, width: 4, integer: 2 };
    const input: FixedNode = {
      op: "input",
      name: "x",
      inputs: [],
      shape: [3],
      types: { per: "tensor", items: [type] },
      ranges: { per: "tensor", items: [{ lo: -8n, hi: 7n }] },
      rounding: "RND",
      overflow: "SAT",
    };
    const dense = completeNode(
      {
        op: "dense",
        name: "dense",
        inputs: ["x"],
        kernel: { shape: [3, 2], data: [3n, -1n, 5n, 5n, 0n, 7n] },
        bias: { shape: [2], data: [4n, -9n] },
        types: { per: "tensor", items: [{ signed: true, width: 4, integer: 0 }] },
      },
      [input],
    );
    const bits = { signed: false, width: 4, integer: 2 };
    const quantizer = completeNode(
      {
        op: "requantize",
        name: "dense/relu",
        inputs: ["dense"],
        rounding: "RND",
        overflow: "SAT",
        types: { per: "tensor", items: [bits] },
      },
      [dense],
    );
    const fixed: Fixed = {
      name: "small",
      nodes: [input, dense, quantizer],
      outputs: [{ name: "y", value: "dense/relu" }],
    };
    const { circuit } = lowerWhole(fixed, 320);
    const files = emitVerilog(circuit).map((file) => `// ---- ${file.name}\n${file.text}`);
    expectGolden("verilog/dense/dense.v", files.join("\n"));
  });
});
