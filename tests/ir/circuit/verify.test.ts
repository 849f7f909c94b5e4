import { describe, expect, it } from "vitest";
import type { CellOf, Circuit, Instance, Module, Wire } from "../../../src/ir/circuit/circuit.js";
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
