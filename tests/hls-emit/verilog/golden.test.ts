import { describe, expect, it } from "vitest";
import { emitVerilog, templatesOf } from "../../../src/hls-emit/verilog/index.js";
import { printCircuit } from "../../../src/ir/circuit/text.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { expectGolden, readGolden } from "../../support/golden.js";
import { compareByInterpreter, lowerAt } from "../../support/stream.js";

describe("the Verilog of a tiny network (tests/golden/verilog/tiny)", () => {
  const fixed = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");

  it.each([
    ["p1", 1, 320],
    ["p3", 3, 320],
    ["p1-700mhz", 1, 700],
  ])("%s", (name, columns, megahertz) => {
    const lowered = lowerAt(fixed, columns, 1, megahertz);
    expect(compareByInterpreter(fixed, lowered, 40, 1)).toMatchObject({
      protocol: [],
      differences: [],
      equal: true,
    });
    const files = emitVerilog(lowered.circuit).map((file) => `// ---- ${file.name}\n${file.text}`);
    expectGolden(`verilog/tiny/${name}.circuit.l1c`, printCircuit(lowered.circuit));
    expectGolden(`verilog/tiny/${name}.v`, files.join("\n"));
    expect(templatesOf(lowered.circuit, "generic").map(({ name }) => name)).toEqual([
      "l1c_window.v",
      "l1c_add3.v",
    ]);
  });

  it("keeps comments in their line, whatever a layer is called", () => {
    const named = parseFixed(
      readGolden("verilog/tiny/fixed.l1c").replaceAll("%conv", '%"a\\nendmodule */ b"'),
      "tiny",
    );
    const lines = emitVerilog(lowerAt(named, 1).circuit).flatMap(({ text }) => text.split("\n"));
    expect(lines.filter((line) => line.includes("*/ b")).every((line) => line.startsWith("//"))).toBe(true);
    expect(lines.some((line) => line.includes("a endmodule */ b"))).toBe(true);
  });
});
