import { describe, expect, it } from "vitest";
import type { Circuit, Module, Wire } from "../../../../src/ir/circuit/circuit.js";
import type { PrimitiveOf } from "../../../../src/ir/circuit/primitives/index.js";
import { verifyCircuit } from "../../../../src/ir/circuit/verify.js";
import { InternalError } from "../../../../src/ir/errors.js";
import { editWire } from "../../../support/circuit.js";

describe("the verifier of primitives", () => {
  type Port = readonly [port: string, width: number, cycle: number];

  /** An instance of a primitive whose inputs come in any cycle; its outputs are `outputs`. */
  const place = (of: PrimitiveOf, inputs: readonly Port[], outputs: readonly Port[]): Circuit => {
    const sources = inputs.flatMap(([port, width, cycle], i): readonly Wire[] => [
      { name: port, width, signed: false, cycle: 0, cell: { op: "input" } },
      { name: `${port}_at`, width, signed: false, cycle, cell: { op: "ahead", source: 2 * i, by: cycle } },
    ]);
    const ports = outputs.map(
      ([port, width, cycle]): Wire => ({
        name: `i_${port}`,
        width,
        signed: false,
        cycle,
        cell: { op: "port", instance: 0, port },
      }),
    );
    const instance = { name: "i", of, inputs: inputs.map(([port], i) => ({ port, wire: 2 * i + 1 })) };
    const wires = [...sources, ...ports];
    return {
      name: "one",
      modules: [
        {
          name: "one",
          comment: [],
          wires,
          instances: [instance],
          outputs: outputs.map(([name], i) => ({ name, wire: sources.length + i })),
        },
      ],
    };
  };
  const line = { line: { bits: 8, depth: 5 } };
  const pushed = (data: number, push: number, pop: number, width = 8): readonly Port[] => [
    ["in_data", width, data],
    ["in_push", 1, push],
    ["in_pop", 1, pop],
  ];
  const raster = { raster: { rows: 5, columns: 4, rowPeriod: 8, columnPeriod: 2 } };
  const first = (cycle: number): readonly Port[] => [["in_first", 1, cycle]];
  const gather = { bits: 4, items: 10, lanes: 4, ports: 2, indexBits: 4, reads: 5, banks: 2 };
  const rows = (data: number, push: number, index: number, pop: number): readonly Port[] => [
    ["in_data", 16, data],
    ["in_push", 1, push],
    ["in_index", 8, index],
    ["in_pop", 1, pop],
  ];
  const scatter = {
    bits: 4,
    signed: 1,
    sumBits: 6,
    outBits: 8,
    maximum: 0,
    lanes: 3,
    beats: 4,
    items: 10,
    outLanes: 2,
    indexBits: 4,
    banks: 2,
  };
  const numbers = (data: number, index: number, push: number, pop: number): readonly Port[] => [
    ["in_data", 12, data],
    ["in_index", 12, index],
    ["in_push", 1, push],
    ["in_pop", 1, pop],
  ];

  it.each<[string, Circuit]>([
    ["a line", place(line, pushed(3, 3, 9), [["out_data", 8, 11]])],
    ["a line that is popped in the next clock", place(line, pushed(3, 3, 4), [["out_data", 8, 6]])],
    [
      "a raster",
      place(raster, first(2), [
        ["out_first", 1, 3],
        ["out_valid", 1, 3],
        ["out_row", 3, 3],
        ["out_column", 2, 3],
      ]),
    ],
    [
      "a raster of one pixel",
      place({ raster: { rows: 1, columns: 1, rowPeriod: 1, columnPeriod: 1 } }, first(0), [
        ["out_row", 1, 1],
        ["out_column", 1, 1],
      ]),
    ],
    ["a flag", place({ flag: { cycles: 7 } }, first(2), [["out_first", 1, 9]])],
    ["a gather", place({ gather }, rows(3, 3, 6, 6), [["out_data", 8, 8]])],
    ["a gather that is read later", place({ gather }, rows(0, 0, 20, 20), [["out_data", 8, 22]])],
    ["a scatter", place({ scatter }, numbers(2, 2, 2, 7), [["out_data", 16, 10]])],
  ])("accepts %s", (_, circuit) => {
    expect(() => verifyCircuit(circuit)).not.toThrow();
  });

  const out = (cycle: number, width = 8): readonly Port[] => [["out_data", width, cycle]];
  it.each<[string, RegExp, Circuit]>([
    [
      "data that come after their push",
      /in_data and in_push of different cycles/,
      place(line, pushed(4, 3, 9), out(11)),
    ],
    [
      "a pop in the clock of the push",
      /pops a word before the clock after its push/,
      place(line, pushed(3, 3, 3), out(5)),
    ],
    ["a word that comes late", /comes in another cycle than 11/, place(line, pushed(3, 3, 9), out(12))],
    ["a word of another width", /'in_data' has another width/, place(line, pushed(3, 3, 9, 7), out(11))],
    ["an output of another width", /should be 8 bits wide/, place(line, pushed(3, 3, 9), out(11, 7))],
    ["a line without pops", /leaves 'in_pop' open/, place(line, pushed(3, 3, 9).slice(0, 2), out(11))],
    [
      "an unknown output",
      /a line has no output 'out_valid'/,
      place(line, pushed(3, 3, 9), [["out_valid", 1, 11]]),
    ],
    [
      "a line of no words",
      /'depth' is no whole number of at least 1/,
      place({ line: { bits: 8, depth: 0 } }, pushed(3, 3, 9), out(11)),
    ],
    [
      "half a bit",
      /'bits' is no whole number/,
      place({ line: { bits: 7.5, depth: 3 } }, pushed(3, 3, 9), out(11)),
    ],
    [
      "a row that is too short",
      /row that begins before the last pixel/,
      place({ raster: { ...raster.raster, rowPeriod: 6 } }, first(0), [["out_valid", 1, 1]]),
    ],
    [
      "a raster's output in another cycle",
      /another cycle than 1/,
      place(raster, first(0), [["out_valid", 1, 2]]),
    ],
    [
      "a row counter that is too narrow",
      /should be 3 bits wide/,
      place(raster, first(0), [["out_row", 2, 1]]),
    ],
    [
      "a flag of one cycle",
      /2 cycles or more/,
      place({ flag: { cycles: 1 } }, first(0), [["out_first", 1, 1]]),
    ],
    [
      "a flag in another cycle",
      /another cycle than 7/,
      place({ flag: { cycles: 7 } }, first(0), [["out_first", 1, 8]]),
    ],
    [
      "a row that comes after its push",
      /in_data and in_push of different cycles/,
      place({ gather }, rows(4, 3, 9, 9), out(11)),
    ],
    [
      "indices that come before their pop",
      /in_index and in_pop of different cycles/,
      place({ gather }, rows(3, 3, 8, 9), out(11)),
    ],
    [
      "a table that is read too soon",
      /reads a table before cycle 6/,
      place({ gather }, rows(3, 3, 5, 5), out(7)),
    ],
    [
      "items that come late",
      /another cycle than 8/,
      place({ gather }, rows(3, 3, 6, 6), [["out_data", 8, 9]]),
    ],
    [
      "rows of three items",
      /'lanes' is neither the number of items nor a smaller power of two/,
      place({ gather: { ...gather, lanes: 3 } }, rows(3, 3, 9, 9), out(11)),
    ],
    [
      "three banks",
      /'banks' is no power of two/,
      place({ gather: { ...gather, banks: 3 } }, rows(3, 3, 9, 9), out(11)),
    ],
    [
      "an index of 32 bits",
      /'indexBits' is above 31/,
      place({ gather: { ...gather, indexBits: 32 } }, rows(3, 3, 9, 9), out(11)),
    ],
    [
      "numbers that come after their indices",
      /in_data, in_index and in_push of different cycles/,
      place({ scatter }, numbers(3, 2, 2, 7), [["out_data", 16, 10]]),
    ],
    [
      "an event that is given out too soon",
      /gives an event out before cycle 7/,
      place({ scatter }, numbers(2, 2, 2, 6), [["out_data", 16, 9]]),
    ],
    [
      "sums narrower than numbers",
      /'bits', 'sumBits' and 'outBits' fall/,
      place({ scatter: { ...scatter, sumBits: 3 } }, numbers(2, 2, 2, 7), [["out_data", 16, 10]]),
    ],
    [
      "a sign that is neither",
      /'signed' and 'maximum' are 0 or 1/,
      place({ scatter: { ...scatter, signed: 2 } }, numbers(2, 2, 2, 7), [["out_data", 16, 10]]),
    ],
    [
      "four banks of a scatter",
      /'banks' is neither 1 nor 2/,
      place({ scatter: { ...scatter, banks: 4 } }, numbers(2, 2, 2, 7), [["out_data", 16, 10]]),
    ],
    [
      "a scatter of too many rows",
      /more than 256 rows/,
      place({ scatter: { ...scatter, items: 514 } }, numbers(2, 2, 2, 7), [["out_data", 16, 10]]),
    ],
    [
      "a window with too many last columns",
      /at most 'columns' columns/,
      place({ window: { bits: 1, columns: 2, last: 3, before: 0, after: 0 } }, first(0), [
        ["out_valid", 1, 1],
      ]),
    ],
  ])("catches %s", (_, message, circuit) => {
    expect(() => verifyCircuit(circuit)).toThrow(InternalError);
    expect(() => verifyCircuit(circuit)).toThrow(message);
  });

  it("catches an instance that reads a wire that comes later, and a line that a constant pops", () => {
    const circuit = place(line, pushed(3, 3, 9), out(11));
    const [one] = circuit.modules as [Module];
    const wires = one.wires.toSpliced(6, 1).toSpliced(0, 0, one.wires[6] as Wire);
    const moved: Module = {
      ...one,
      wires: wires.map((wire) =>
        wire.cell.op === "ahead" ? { ...wire, cell: { ...wire.cell, source: wire.cell.source + 1 } } : wire,
      ),
      instances: one.instances.map((i) => ({
        ...i,
        inputs: i.inputs.map((input) => ({ ...input, wire: input.wire + 1 })),
      })),
      outputs: [{ name: "out_data", wire: 0 }],
    };
    expect(() => verifyCircuit({ ...circuit, modules: [moved] })).toThrow(/reads a wire that comes later/);
    const popped = editWire(circuit, 0, 5, (wire) => ({
      ...wire,
      cycle: 0,
      cell: { op: "constant", value: 1n },
    }));
    expect(() => verifyCircuit(popped)).toThrow(/pushed or popped by a constant/);
  });
});
