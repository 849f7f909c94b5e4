import { describe, expect, it } from "vitest";
import type { Module, Wire } from "../../src/ir/circuit/circuit.js";
import { withoutDead } from "../../src/lower/dead-wires.js";

describe("a module without dead wires", () => {
  it("keeps its ports and what its outputs read, at any distance", () => {
    const wire = (name: string, cell: Wire["cell"]): Wire => ({
      ...{ name, width: 4, signed: false, cycle: 0 },
      cell,
    });
    const module: Module = {
      name: "m",
      comment: [],
      wires: [
        wire("unread", { op: "input" }),
        wire("a", { op: "input" }),
        wire("dead", { op: "shift", a: 0, by: 1 }),
        wire("near", { op: "shift", a: 1, by: 1 }),
        wire("deader", { op: "add", a: 2, shiftA: 0, b: 3, shiftB: 0 }),
        wire("far", { op: "shift", a: 3, by: -1 }),
      ],
      instances: [],
      outputs: [{ name: "out", wire: 5 }],
    };
    expect(withoutDead(module)).toEqual({
      ...module,
      wires: [
        module.wires[0],
        module.wires[1],
        wire("near", { op: "shift", a: 1, by: 1 }),
        wire("far", { op: "shift", a: 2, by: -1 }),
      ],
      outputs: [{ name: "out", wire: 3 }],
    });
  });
});
