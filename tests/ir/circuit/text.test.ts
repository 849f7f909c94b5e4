import { describe, expect, it } from "vitest";
import type { Circuit } from "../../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../../src/ir/circuit/text.js";
import { UserError } from "../../../src/ir/errors.js";
import { runPasses } from "../../../src/passes/index.js";
import { gatherCircuit, SCATTERS, scatterCircuit, waveCircuit } from "../../support/primitives.js";
import { RANDOM_CHAIN, randomFixed } from "../../support/random-fixed.js";
import { lowerAt } from "../../support/stream.js";

const random = (seed: number) => {
  const fixed = randomFixed(seed, RANDOM_CHAIN);
  const length = fixed.nodes[0]?.shape[1] as number;
  return lowerAt(
    seed % 2 === 0 ? runPasses(fixed) : fixed,
    1 + (seed % length),
    1,
    seed % 3 === 0 ? 600 : 200,
  );
};

describe("the text of a circuit", () => {
  it("reads back to the same circuit", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const { circuit } = random(seed);
      const text = printCircuit(circuit);
      const again = parseCircuit(text, "test");
      expect(again).toEqual(circuit);
      expect(printCircuit(again)).toBe(text);
    }
  });

  it("holds every cell, an instance, a window, comments and strange names", () => {
    const circuit: Circuit = {
      name: 'all "cells"',
      modules: [
        {
          name: "inner",
          comment: ["one", "two words, a } and a \\"],
          instances: [],
          wires: [
            { name: "a", width: 4, signed: false, cycle: 0, cell: { op: "input" } },
            { name: "k", width: 3, signed: true, cycle: 0, cell: { op: "constant", value: -3n } },
            { name: "s", width: 4, signed: true, cycle: 0, cell: { op: "slice", source: 0, low: 0 } },
            { name: "c", width: 8, signed: false, cycle: 0, cell: { op: "concat", parts: [0, 2] } },
            {
              name: "p",
              width: 6,
              signed: true,
              cycle: 0,
              cell: { op: "add", a: 0, shiftA: 0, b: 1, shiftB: 0 },
            },
            {
              name: "m",
              width: 9,
              signed: true,
              cycle: 0,
              cell: { op: "sub", a: 0, shiftA: 3, b: 2, shiftB: 1 },
            },
            { name: "h", width: 2, signed: true, cycle: 0, cell: { op: "shift", a: 2, by: -2 } },
            { name: "g", width: 1, signed: false, cycle: 0, cell: { op: "atleast", a: 2, level: -1n } },
            { name: "x", width: 4, signed: true, cycle: 0, cell: { op: "mux", select: 7, yes: 2, no: 1 } },
            {
              name: "t",
              width: 2,
              signed: true,
              cycle: 0,
              cell: { op: "table", index: 7, entries: [-2n, 1n], ram: false },
            },
            { name: "r", width: 4, signed: true, cycle: 1, cell: { op: "register", source: 8, reset: true } },
            {
              name: "e",
              width: 10,
              signed: true,
              cycle: 0,
              cell: {
                ...{ op: "add3", a: 0, shiftA: 0 },
                ...{ b: 2, shiftB: 1, negateB: false },
                ...{ c: 2, shiftC: 5, negateC: true },
              },
            },
            {
              name: "e2",
              width: 6,
              signed: true,
              cycle: 0,
              cell: {
                ...{ op: "add3", a: 0, shiftA: 0 },
                ...{ b: 0, shiftB: 0, negateB: false },
                ...{ c: 2, shiftC: 0, negateC: false },
              },
            },
            { name: "i", width: 2, signed: false, cycle: 0, cell: { op: "slice", source: 0, low: 1 } },
            {
              name: "o",
              width: 5,
              signed: true,
              cycle: 0,
              cell: { op: "choose", index: 13, options: [0, 1, 2, 7] },
            },
          ],
          outputs: [{ name: "out", wire: 10 }],
        },
        {
          name: "outer",
          comment: [],
          instances: [
            { name: "i", of: { module: "inner" }, inputs: [{ port: "a", wire: 0 }] },
            {
              name: "w",
              of: { window: { bits: 2, columns: 2, last: 1, before: 1, after: 0 } },
              inputs: [
                { port: "in_valid", wire: 1 },
                { port: "in_first", wire: 2 },
                { port: "in_data", wire: 0 },
              ],
            },
          ],
          wires: [
            { name: "in", width: 4, signed: false, cycle: 0, cell: { op: "input" } },
            { name: "v", width: 1, signed: false, cycle: 0, cell: { op: "input" } },
            { name: "f", width: 1, signed: false, cycle: 0, cell: { op: "input" } },
            {
              name: "i.out",
              width: 4,
              signed: false,
              cycle: 1,
              cell: { op: "port", instance: 0, port: "out" },
            },
            {
              name: "w data",
              width: 6,
              signed: false,
              cycle: 2,
              cell: { op: "port", instance: 1, port: "out_data" },
            },
          ],
          outputs: [{ name: "y", wire: 4 }],
        },
      ],
    };
    expect(parseCircuit(printCircuit(circuit), "test")).toEqual(circuit);
  });

  it("has a record of parameters for each primitive", () => {
    const circuit = waveCircuit({
      bits: 4,
      raster: { rows: 3, columns: 4, rowPeriod: 9, columnPeriod: 2 },
      cycles: 11,
    });
    const text = printCircuit(circuit);
    expect(parseCircuit(text, "test")).toEqual(circuit);
    expect(text).toBe(WAVE);
  });

  it("has those of tables that are read and added up at indices", () => {
    const gather = gatherCircuit({
      bits: 9,
      items: 16,
      lanes: 2,
      ports: 2,
      indexBits: 4,
      reads: 6,
      banks: 2,
    });
    const scatter = scatterCircuit(SCATTERS[5] as (typeof SCATTERS)[number]);
    for (const circuit of [gather, scatter])
      expect(parseCircuit(printCircuit(circuit), "test")).toEqual(circuit);
    expect(printCircuit(gather)).toContain(
      "  %items_out_data : u18 c10 = instance(%in_data, %in_push, %index, %pop) {name = items, gather = {bits = 9, items = 16, lanes = 2, ports = 2, indexBits = 4, reads = 6, banks = 2}, inputs = [in_data, in_push, in_index, in_pop], outputs = [out_data]}\n",
    );
    expect(printCircuit(scatter)).toContain(
      "  %sums_out_data : u20 c9 = instance(%in_data, %in_index, %in_push, %pop) {name = sums, scatter = {bits = 4, signed = 1, sumBits = 7, outBits = 10, maximum = 0, lanes = 3, beats = 5, items = 11, outLanes = 2, indexBits = 4, banks = 2}, inputs = [in_data, in_index, in_push, in_pop], outputs = [out_data]}\n",
    );
  });

  it.each([
    ["another language", 'l1c fixed "a"\n\ngraph main {\n}\n', /not the text of a circuit/],
    ["an unknown cell", wires("%b : u1 c0 = nand(%a)"), /'nand' is no cell; cells are input, /],
    ["a wire without a kind", wires("%b : c0 = slice(%a) {low = 0}"), /kind such as u8/],
    ["an unknown operand", wires("%b : u1 c0 = slice(%z) {low = 0}"), /'z' is not defined before it/],
    ["a missing attribute", wires("%b : u1 c0 = slice(%a)"), /attribute 'low' is missing/],
    [
      "a primitive without a parameter",
      wires("%b : u1 c3 = instance(%a) {name = i, flag = {}, inputs = [in_first], outputs = [out_first]}"),
      /attribute 'cycles' is missing/,
    ],
    [
      "a table of words",
      wires("%b : u1 c0 = table(%a) {entries = [x, y]}"),
      /'entries' should be a list of integers/,
    ],
  ])("is refused with %s", (_, text, message) => {
    expect(() => parseCircuit(text, "file.l1c")).toThrow(UserError);
    expect(() => parseCircuit(text, "file.l1c")).toThrow(message);
  });
});

const WAVE = `l1c circuit "wave"

module wave {comment = ["An image, later."]} {
  %in_first : u1 c0 = input()
  %in_data : u4 c0 = input()
  %in_data_d1 : u4 c1 = register(%in_data)
  %pushes_out_first, %pushes_out_valid, %pushes_out_row, %pushes_out_column : u1 c1 u1 c1 u2 c1 u2 c1 = instance(%in_first) {name = pushes, raster = {rows = 3, columns = 4, rowPeriod = 9, columnPeriod = 2}, inputs = [in_first], outputs = [out_first, out_valid, out_row, out_column]}
  %later_out_first : u1 c11 = instance(%in_first) {name = later, flag = {cycles = 11}, inputs = [in_first], outputs = [out_first]}
  %pops_out_first, %pops_out_valid, %pops_out_row, %pops_out_column : u1 c12 u1 c12 u2 c12 u2 c12 = instance(%later_out_first) {name = pops, raster = {rows = 3, columns = 4, rowPeriod = 9, columnPeriod = 2}, inputs = [in_first], outputs = [out_first, out_valid, out_row, out_column]}
  %memory_out_data : u4 c14 = instance(%in_data_d1, %pushes_out_valid, %pops_out_valid) {name = memory, line = {bits = 4, depth = 12}, inputs = [in_data, in_push, in_pop], outputs = [out_data]}
  %pops_out_valid_d1 : u1 c13 = register(%pops_out_valid) {reset = 1}
  %pops_out_valid_d2 : u1 c14 = register(%pops_out_valid_d1) {reset = 1}
  %lower : u1 c12 = atleast(%pops_out_row) {level = 1}
  %lower_d1 : u1 c13 = register(%lower)
  %lower_d2 : u1 c14 = register(%lower_d1)
  %nothing : u4 c0 = constant() {value = 0}
  %shown : u4 c14 = mux(%pops_out_valid_d2, %memory_out_data, %nothing)
  %shown_lower_0 : u1 c0 = constant() {value = 0}
  %shown_lower : u1 c14 = mux(%pops_out_valid_d2, %lower_d2, %shown_lower_0)
  return out_data = %shown
  return out_valid = %pops_out_valid_d2
  return out_lower = %shown_lower
}
`;

function wires(line: string): string {
  return `l1c circuit "a"\n\nmodule m {\n  %a : u1 c0 = input()\n  ${line}\n  return o = %b\n}\n`;
}
