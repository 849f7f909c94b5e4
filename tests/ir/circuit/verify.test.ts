import { describe, expect, it } from "vitest";
import type { CellOf, Circuit, Instance, Module, Wire } from "../../../src/ir/circuit/circuit.js";
import type { PrimitiveOf } from "../../../src/ir/circuit/primitives/index.js";
import { verifyCircuit } from "../../../src/ir/circuit/verify.js";
import { InternalError } from "../../../src/ir/errors.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { ModuleBuilder, type Signal } from "../../../src/lower/module-builder.js";
import { lowerProduct } from "../../../src/lower/multiply.js";
import { circuitOf, editWire, inputSignal } from "../../support/circuit.js";
import { readGolden } from "../../support/golden.js";
import { lowerAt } from "../../support/stream.js";

/** Three columns a beat, one in the last, and registers everywhere. */
const { circuit } = lowerAt(parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny"), 3, 1, 700);

/** The comparisons and multiplexers of a saturation that is too wide for a table. */
const saturation = lowerAt(
  parseFixed(
    `l1c fixed "saturation"

graph main {
  %x : [1, 2, 1] fixed<9,9> -200..250 = input()
  %y : [1, 2, 1] fixed<4,4> -8..7 = requantize(%x) {rounding = RND, overflow = SAT}
  return y = %y
}
`,
    "saturation",
  ),
  1,
).circuit;

/** Every wire of the circuit that `choose` takes, as [module, wire]. */
function wiresWhere(
  choose: (wire: Wire) => boolean,
  { modules }: Circuit = circuit,
): readonly (readonly [number, number])[] {
  return modules.flatMap((module, m) =>
    module.wires.flatMap((wire, w) => (choose(wire) ? [[m, w] as const] : [])),
  );
}

function expectAllCaught(
  choose: (wire: Wire) => boolean,
  edit: (wire: Wire) => Wire,
  message?: RegExp,
  of: Circuit = circuit,
): void {
  const chosen = wiresWhere(choose, of);
  expect(chosen.length).toBeGreaterThan(0);
  for (const [m, w] of chosen) {
    const broken = () => verifyCircuit(editWire(of, m, w, edit));
    const name = `${of.modules[m]?.name}.${of.modules[m]?.wires[w]?.name}`;
    expect(broken, name).toThrow(InternalError);
    if (message !== undefined) expect(broken, name).toThrow(message);
  }
}

const withCell =
  <T extends Wire["cell"]>(change: (cell: T) => Partial<T>) =>
  (wire: Wire): Wire => ({ ...wire, cell: { ...wire.cell, ...change(wire.cell as T) } as Wire["cell"] });

const withModule = (index: number, edit: (module: Module) => Module): Circuit => ({
  ...circuit,
  modules: circuit.modules.map((module, i) => (i === index ? edit(module) : module)),
});

describe("the verifier of circuits", () => {
  it("accepts what was lowered", () => {
    expect(() => verifyCircuit(circuit)).not.toThrow();
  });

  it("catches every register dropped", () =>
    expectAllCaught(
      ({ cell }) => cell.op === "register",
      (wire) => ({ ...wire, cell: { op: "shift", a: (wire.cell as { source: number }).source, by: 0 } }),
    ));

  it("catches every wire in another cycle", () => {
    expectAllCaught(
      () => true,
      (wire) => ({ ...wire, cycle: wire.cycle + 1 }),
    );
    expectAllCaught(
      ({ cycle }) => cycle > 0,
      (wire) => ({ ...wire, cycle: wire.cycle - 1 }),
    );
  });

  it("catches every register that is wider, narrower or of another sign than its source", () => {
    const isRegister = ({ cell }: Wire) => cell.op === "register";
    expectAllCaught(isRegister, (wire) => ({ ...wire, width: wire.width + 1 }));
    expectAllCaught(isRegister, (wire) => ({ ...wire, signed: !wire.signed }));
    expectAllCaught(
      (wire) => isRegister(wire) && wire.width > 1,
      (wire) => ({ ...wire, width: wire.width - 1 }),
    );
  });

  it("catches every port, slice, concatenation and comparison of another width", () => {
    for (const op of ["port", "concat", "atleast"] as const)
      expectAllCaught(
        ({ cell }) => cell.op === op,
        (wire) => ({ ...wire, width: wire.width + 1 }),
      );
    expectAllCaught(
      ({ cell }) => cell.op === "slice",
      (wire) => ({ ...wire, width: 10_000 }),
      /do not exist/,
    );
    expectAllCaught(
      ({ width }) => width > 0,
      (wire) => ({ ...wire, width: 0 }),
      /at least one bit/,
    );
  });

  it("catches an input port of a module or window that gets another width", () => {
    expectAllCaught(
      ({ cell, name }) => cell.op === "input" && name !== "in_patch",
      (wire) => ({ ...wire, width: wire.width + 1 }),
    );
  });

  it("catches every table with a missing entry or one that does not fit", () => {
    const isTable = ({ cell }: Wire) => cell.op === "table";
    type Table = Extract<Wire["cell"], { op: "table" }>;
    expectAllCaught(
      isTable,
      withCell<Table>(({ entries }) => ({ entries: entries.slice(1) })),
      /one entry per index/,
    );
    expectAllCaught(
      isTable,
      withCell<Table>(({ entries }) => ({ entries: [1000n, ...entries.slice(1)] })),
      /does not hold/,
    );
    expectAllCaught(isTable, (wire) => ({ ...wire, width: wire.width - 1 }));
  });

  it("catches every constant and multiplexer that is too narrow", () => {
    expectAllCaught(
      ({ cell }) => cell.op === "constant" && cell.value > 1n,
      (wire) => ({ ...wire, width: 1 }),
      /does not hold/,
      saturation,
    );
    expectAllCaught(
      ({ cell }) => cell.op === "mux",
      (wire) => ({ ...wire, width: wire.width - 1 }),
      undefined,
      saturation,
    );
  });

  it("catches a choice of four that is too narrow, or not of four", () => {
    const builder = new ModuleBuilder();
    const [x, y] = ["x", "y"].map((name) => inputSignal(builder, name, 6, { lo: 0n, hi: 63n })) as [
      Signal,
      Signal,
    ];
    const product = lowerProduct(builder, x, y);
    const products = circuitOf(builder.finish("m", [], [{ name: "out", signal: product }]));
    type Choose = CellOf<"choose">;
    const isChoose = (wire: Wire) => wire.cell.op === "choose";
    expectAllCaught(isChoose, (wire) => ({ ...wire, width: wire.width - 1 }), /chooses from/, products);
    expectAllCaught(
      isChoose,
      withCell<Choose>(({ options }) => ({ options: options.slice(1) })),
      /four wires/,
      products,
    );
    expectAllCaught(
      isChoose,
      withCell<Choose>(({ options }) => ({ index: options[1] })),
      undefined,
      products,
    );
  });

  it("catches wires that read a later one, and names used twice", () => {
    expectAllCaught(
      ({ cell }) => cell.op === "slice",
      withCell(() => ({ source: 1_000 })),
      /comes later/,
    );
    const [m, w] = wiresWhere(({ cell }) => cell.op === "slice")[1] as readonly [number, number];
    const other = circuit.modules[m]?.wires[w - 1]?.name as string;
    expect(() => verifyCircuit(editWire(circuit, m, w, (wire) => ({ ...wire, name: other })))).toThrow(
      /have this name/,
    );
  });

  it("catches broken instances, outputs and modules", () => {
    const top = circuit.modules.length - 1;
    const layer = circuit.modules.findIndex(({ instances }) => instances.some(({ of }) => "window" in of));
    const instances =
      (edit: (instance: Instance) => Instance) =>
      (module: Module): Module => ({
        ...module,
        instances: module.instances.map(edit),
      });
    const broken: readonly (readonly [RegExp, Circuit])[] = [
      [
        /unknown module 'nothing'/,
        withModule(
          top,
          instances((i) => ({ ...i, of: { module: "nothing" } })),
        ),
      ],
      [
        /leaves 'in_/,
        withModule(
          top,
          instances((i) => ({ ...i, inputs: i.inputs.slice(1) })),
        ),
      ],
      [
        /leaves 'in_/,
        withModule(
          layer,
          instances((i) => ("window" in i.of ? { ...i, inputs: i.inputs.slice(1) } : i)),
        ),
      ],
      [
        /'in_data' has another width|should be \d+ bits wide/,
        withModule(
          layer,
          instances((i) => ("window" in i.of ? { ...i, of: { window: { ...i.of.window, bits: 7 } } } : i)),
        ),
      ],
      [
        /another cycle/,
        withModule(
          layer,
          instances((i) =>
            "window" in i.of ? { ...i, of: { window: { ...i.of.window, last: i.of.window.columns } } } : i,
          ),
        ),
      ],
      [
        /are named/,
        withModule(top, (m) => ({
          ...m,
          outputs: [...m.outputs, m.outputs[0] as Module["outputs"][number]],
        })),
      ],
      [/has no wire/, withModule(top, (m) => ({ ...m, outputs: [{ name: "y", wire: 999 }] }))],
      [
        /are named 'in_valid'/,
        withModule(
          top,
          instances((i) => ({ ...i, name: "in_valid" })),
        ),
      ],
      [
        /another cycle than the others/,
        withModule(top, (m) => ({ ...m, outputs: [...m.outputs, { name: "y", wire: 0 }] })),
      ],
      [/two modules/, { ...circuit, modules: [...circuit.modules, circuit.modules[0] as Module] }],
      [/unknown module/, { ...circuit, modules: circuit.modules.toReversed() }],
      [/at least one module/, { ...circuit, modules: [] }],
    ];
    for (const [message, changed] of broken) {
      expect(() => verifyCircuit(changed), String(message)).toThrow(InternalError);
      expect(() => verifyCircuit(changed)).toThrow(message);
    }
  });
});

describe("a module whose ports come in different cycles", () => {
  const wire = (name: string, cycle: number, cell: Wire["cell"]): Wire => ({
    ...{ name, width: 1, signed: false, cycle },
    cell,
  });
  /** a comes in cycle 0, b in cycle 1; x = a in cycle 0, y = a & b in cycle 1. */
  const inner: Module = {
    name: "inner",
    comment: [],
    wires: [
      wire("a", 0, { op: "input" }),
      wire("b", 1, { op: "input" }),
      wire("a_c1", 1, { op: "register", source: 0, reset: false }),
      wire("both", 1, { op: "mux", select: 1, yes: 2, no: 1 }),
    ],
    instances: [],
    outputs: [
      { name: "x", wire: 0 },
      { name: "y", wire: 3 },
    ],
  };
  /** Reads b one cycle after a, or `late` cycles after it, and gives y in cycle `end`. */
  const outer = (late: number, end: number): Circuit => {
    const delays = Array.from({ length: late }, (_, i) =>
      wire(`b${i + 1}`, i + 1, { op: "register", source: i === 0 ? 1 : i + 1, reset: false }),
    );
    const b = late === 0 ? 1 : late + 1;
    return {
      name: "outer",
      modules: [
        inner,
        {
          name: "outer",
          comment: [],
          wires: [
            wire("in_a", 0, { op: "input" }),
            wire("in_b", 0, { op: "input" }),
            ...delays,
            wire("i_y", end, { op: "port", instance: 0, port: "y" }),
          ],
          instances: [
            {
              name: "i",
              of: { module: "inner" },
              inputs: [
                { port: "a", wire: 0 },
                { port: "b", wire: b },
              ],
            },
          ],
          outputs: [{ name: "out", wire: late + 2 }],
        },
      ],
    };
  };

  it("is placed where its inputs come as far apart, and gives its outputs in cycles of their own", () => {
    expect(() => verifyCircuit(outer(1, 1))).not.toThrow();
    expect(() => verifyCircuit(outer(0, 1))).toThrow(/takes inputs of different cycles/);
    expect(() => verifyCircuit(outer(2, 2))).toThrow(/takes inputs of different cycles/);
    expect(() => verifyCircuit(outer(1, 0))).toThrow(/another cycle than/);
    expect(() => verifyCircuit(outer(1, 2))).toThrow(/another cycle than/);
  });

  it("is no firmware by itself", () => {
    expect(() => verifyCircuit({ name: "inner", modules: [inner] })).toThrow(/'b': should be in cycle 0/);
  });
});

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
