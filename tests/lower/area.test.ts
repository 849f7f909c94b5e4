import { describe, expect, it } from "vitest";
import type { Cell, Module } from "../../src/ir/circuit/circuit.js";
import { areaOfModules } from "../../src/lower/area.js";

const wire = (cell: Cell, width: number) => ({ name: "w", width, signed: false, cycle: 0, cell });
const module = (
  name: string,
  wires: Module["wires"],
  outputs: readonly number[],
  inside: readonly string[],
) =>
  ({
    ...{ name, comment: [], wires },
    outputs: outputs.map((own) => ({ name: `o${own}`, wire: own })),
    instances: inside.map((of, i) => ({ name: `i${i}`, of: { module: of }, inputs: [] })),
  }) as unknown as Module;
const register = (source: number): Cell => ({ op: "register", source, reset: false });
const mux: Cell = { op: "mux", select: 0, yes: 1, no: 2 };
const input = wire({ op: "input" } as Cell, 1);

describe("the area of modules", () => {
  it("is that of the last one, with all that is inside it as often as it is", () => {
    const a = module("a", [input, wire(register(0), 3), wire(register(0), 4)], [1, 2], []);
    const b = module("b", [input, wire(register(0), 1)], [1], ["a", "a"]);
    expect(areaOfModules([])).toEqual({ registers: 0, gates: 0 });
    expect(areaOfModules([a, b])).toEqual({ registers: 15, gates: 0 });
  });

  it("has a LUT for each bit of a multiplexer, but not for what only registers take in", () => {
    const inputs = [input, input, input];
    const slice: Cell = { op: "slice", source: 3, low: 0 };
    const gates = (wires: Module["wires"], outputs: readonly number[]) =>
      areaOfModules([module("m", [...inputs, wire(mux, 7), ...wires], outputs, [])]).gates;
    expect(gates([wire(slice, 5), wire(register(4), 5)], [5])).toBe(0);
    expect(gates([wire(slice, 5), wire(register(4), 5)], [4, 5])).toBe(7);
    const offset: Cell = { op: "offset", a: 4, negate: false };
    expect(gates([wire(slice, 5), wire(register(4), 5), wire(offset, 5)], [5, 6])).toBe(7);
  });
});
