import { describe, expect, it } from "vitest";
import { emitWire } from "../../../src/hls-emit/verilog/cells.js";
import { declare, literal } from "../../../src/hls-emit/verilog/vectors.js";
import type { Cell, Module, Wire } from "../../../src/ir/circuit/circuit.js";

/** The wires that the cells below read: two unsigned, two signed, a bit and two constants. */
const OPERANDS: readonly Wire[] = [
  { name: "u", width: 4, signed: false, cycle: 0, cell: { op: "input" } },
  { name: "v", width: 2, signed: false, cycle: 0, cell: { op: "input" } },
  { name: "s", width: 4, signed: true, cycle: 0, cell: { op: "input" } },
  { name: "t", width: 1, signed: true, cycle: 0, cell: { op: "input" } },
  { name: "bit", width: 1, signed: false, cycle: 0, cell: { op: "input" } },
  { name: "k", width: 3, signed: true, cycle: 0, cell: { op: "constant", value: -3n } },
  { name: "z", width: 1, signed: false, cycle: 0, cell: { op: "constant", value: 0n } },
];
const [u, v, s, t, bit, k, z] = OPERANDS.keys() as unknown as number[];

const add3 = (...operands: readonly [number, number, boolean][]): Cell => {
  const [[a, shiftA], [b, shiftB, negateB], [c, shiftC, negateC]] = operands;
  return { op: "add3", a, shiftA, b, shiftB, negateB, c, shiftC, negateC };
};

function emit(cell: Cell, width: number, signed = false): readonly string[] {
  const wire = { name: "y", width, signed, cycle: 0, cell };
  const module: Module = { name: "m", comment: [], wires: [...OPERANDS, wire], instances: [], outputs: [] };
  return emitWire(wire, module);
}

describe("the Verilog of a cell", () => {
  it.each<[string, Cell, number, boolean, readonly string[]]>([
    ["input", { op: "input" }, 4, false, []],
    ["port", { op: "port", instance: 0, port: "out" }, 4, false, []],
    ["constant", { op: "constant", value: 5n }, 3, false, ["wire [2:0] y = 3'h5;"]],
    ["a negative constant", { op: "constant", value: -3n }, 3, true, ["wire [2:0] y = 3'h5;"]],
    ["slice", { op: "slice", source: u, low: 1 }, 2, false, ["wire [1:0] y = u[2:1];"]],
    ["slice of one bit", { op: "slice", source: u, low: 3 }, 1, false, ["wire y = u[3];"]],
    ["slice of all bits", { op: "slice", source: u, low: 0 }, 4, true, ["wire [3:0] y = u;"]],
    ["slice of a wire of one bit", { op: "slice", source: bit, low: 0 }, 1, false, ["wire y = bit;"]],
    ["concat", { op: "concat", parts: [u, bit, s] }, 9, false, ["wire [8:0] y = {s, bit, u};"]],
    ["concat of one", { op: "concat", parts: [t] }, 1, false, ["wire y = {t};"]],
    [
      "add",
      { op: "add", a: u, shiftA: 0, b: v, shiftB: 0 },
      5,
      false,
      ["wire [4:0] y = {1'h0, u} + {3'h0, v};"],
    ],
    [
      "add with shifts and signs",
      { op: "add", a: s, shiftA: 1, b: t, shiftB: 0 },
      6,
      true,
      ["wire [5:0] y = {s[3], s, 1'h0} + {{5{t}}, t};"],
    ],
    [
      "add of a constant",
      { op: "add", a: u, shiftA: 0, b: k, shiftB: 1 },
      5,
      true,
      ["wire [4:0] y = {1'h0, u} + 5'h1a;"],
    ],
    [
      "add beyond the width",
      { op: "add", a: u, shiftA: 0, b: u, shiftB: 3 },
      3,
      false,
      ["wire [2:0] y = u[2:0] + 3'h0;"],
    ],
    [
      "sub",
      { op: "sub", a: u, shiftA: 0, b: s, shiftB: 0 },
      6,
      true,
      ["wire [5:0] y = {2'h0, u} - {{2{s[3]}}, s};"],
    ],
    ["negation", { op: "sub", a: z, shiftA: 0, b: s, shiftB: 0 }, 5, true, ["wire [4:0] y = -{s[3], s};"]],
    [
      "add3",
      add3([u, 0, false], [s, 1, true], [k, 2, false]),
      7,
      true,
      [
        "wire [6:0] y;",
        "assign y[0] = u[0];",
        "l1c_add3 #(.WIDTH(6), .NEGATE_B(1), .LIVE_A(6'h7), .LIVE_C(6'h3a)) y_add (.a({3'h0, u[3:1]}), .b({{2{s[3]}}, s}), .c(6'h3a), .sum(y[6:1]));",
      ],
    ],
    [
      "add3 whose highest bit is a carry",
      add3([u, 0, false], [u, 0, false], [v, 0, false]),
      6,
      false,
      [
        "wire [5:0] y;",
        "l1c_add3 #(.WIDTH(6), .TOP_IS_CARRY(1), .LIVE_A(6'hf), .LIVE_B(6'hf), .LIVE_C(6'h3)) y_add (.a({2'h0, u}), .b({2'h0, u}), .c({4'h0, v}), .sum(y[5:0]));",
      ],
    ],
    [
      "add3 of operands that reach the bits below its highest",
      add3([u, 0, false], [u, 0, false], [v, 0, false]),
      5,
      false,
      [
        "wire [4:0] y;",
        "l1c_add3 #(.WIDTH(5), .LIVE_A(5'hf), .LIVE_B(5'hf), .LIVE_C(5'h3)) y_add (.a({1'h0, u}), .b({1'h0, u}), .c({3'h0, v}), .sum(y[4:0]));",
      ],
    ],
    [
      "add3 whose lowest operand is negated",
      add3([u, 2, false], [s, 1, true], [v, 3, true]),
      8,
      true,
      [
        "wire [7:0] y;",
        "assign y[0] = 1'h0;",
        "l1c_add3 #(.WIDTH(7), .NEGATE_B(1), .NEGATE_C(1), .LIVE_A(7'h1e)) y_add (.a({2'h0, u, 1'h0}), .b({{3{s[3]}}, s}), .c({3'h0, v, 2'h0}), .sum(y[7:1]));",
      ],
    ],
    [
      "add3 with an operand below the others",
      add3([t, 0, false], [u, 2, false], [v, 3, false]),
      7,
      true,
      [
        "wire [6:0] y;",
        "assign y[1:0] = {t, t};",
        "l1c_add3 #(.WIDTH(5), .LIVE_B(5'hf), .LIVE_C(5'h6)) y_add (.a({5{t}}), .b({1'h0, u}), .c({2'h0, v, 1'h0}), .sum(y[6:2]));",
      ],
    ],
    ["mul", { op: "mul", a: u, b: v, dsp: false }, 6, false, ["wire [5:0] y = {2'h0, u} * {4'h0, v};"]],
    [
      "mul, signed",
      { op: "mul", a: s, b: u, dsp: false },
      8,
      true,
      ["wire [7:0] y = {{4{s[3]}}, s} * {4'h0, u};"],
    ],
    [
      "mul in a DSP",
      { op: "mul", a: s, b: u, dsp: true },
      8,
      true,
      [
        '(* use_dsp = "yes" *) wire [7:0] y;',
        "/* verilator lint_off WIDTH */",
        "assign y = $signed(s) * $signed({1'b0, u});",
        "/* verilator lint_on WIDTH */",
      ],
    ],
    ["dspout", { op: "dspout", a: s }, 4, true, ["wire [3:0] y = s;"]],
    ["shift up", { op: "shift", a: s, by: 2 }, 6, true, ["wire [5:0] y = {s, 2'h0};"]],
    ["extension", { op: "shift", a: s, by: 0 }, 6, true, ["wire [5:0] y = {{2{s[3]}}, s};"]],
    ["shift down", { op: "shift", a: u, by: -1 }, 3, false, ["wire [2:0] y = u[3:1];"]],
    [
      "shift down, signed, wider",
      { op: "shift", a: s, by: -3 },
      3,
      true,
      ["wire [2:0] y = {{2{s[3]}}, s[3]};"],
    ],
    ["shift out, unsigned", { op: "shift", a: u, by: -4 }, 2, false, ["wire [1:0] y = 2'h0;"]],
    ["shift out, signed", { op: "shift", a: s, by: -9 }, 2, true, ["wire [1:0] y = {2{s[3]}};"]],
    ["atleast", { op: "atleast", a: u, level: 9n }, 1, false, ["wire y = u >= 4'h9;"]],
    [
      "atleast, signed",
      { op: "atleast", a: s, level: -2n },
      1,
      false,
      ["wire y = $signed(s) >= $signed(4'he);"],
    ],
    ["atleast 0", { op: "atleast", a: u, level: 0n }, 1, false, ["wire y = 1'h1;"]],
    ["the sign", { op: "atleast", a: s, level: 0n }, 1, false, ["wire y = ~s[3];"]],
    ["the sign of one bit", { op: "atleast", a: t, level: 0n }, 1, false, ["wire y = ~t;"]],
    ["mux", { op: "mux", select: bit, yes: s, no: k }, 5, true, ["wire [4:0] y = bit ? {s[3], s} : 5'h1d;"]],
    [
      "choose",
      { op: "choose", index: v, options: [k, u, s, bit] },
      5,
      true,
      ["wire [4:0] y = v[1] ? (v[0] ? {4'h0, bit} : {s[3], s}) : (v[0] ? {1'h0, u} : 5'h1d);"],
    ],
    [
      "table",
      { op: "table", index: v, entries: [0n, -1n, 1n, 2n], ram: false },
      3,
      true,
      [
        "localparam [3:0] Y_B0 = 4'h6;",
        "localparam [3:0] Y_B1 = 4'ha;",
        "localparam [3:0] Y_B2 = 4'h2;",
        "wire [2:0] y = {Y_B2[v], Y_B1[v], Y_B0[v]};",
      ],
    ],
    [
      "table of one bit by one bit",
      { op: "table", index: bit, entries: [1n, 0n], ram: false },
      1,
      false,
      ["localparam [1:0] Y_B0 = 2'h1;", "wire y = {Y_B0[bit]};"],
    ],
    [
      "register",
      { op: "register", source: s, reset: false },
      4,
      true,
      ["reg [3:0] y;", "always @(posedge clk) y <= s;"],
    ],
    [
      "register with reset",
      { op: "register", source: bit, reset: true },
      1,
      false,
      ["reg y;", "always @(posedge clk) y <= rst ? 1'h0 : bit;"],
    ],
  ])("%s", (_, cell, width, signed, expected) => {
    expect(emit(cell, width, signed)).toEqual(expected);
  });

  it("writes literals in two's complement and scalars without a range", () => {
    expect([literal(-1n, 5), literal(0n, 1), literal(300n, 12)]).toEqual(["5'h1f", "1'h0", "12'h12c"]);
    expect([declare("wire", 1, "a"), declare("reg", 2, "b")]).toEqual(["wire a", "reg [1:0] b"]);
  });
});
