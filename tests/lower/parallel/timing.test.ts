import { describe, expect, it } from "vitest";
import { type Circuit, cellOperands, type Module, type Wire } from "../../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../../src/ir/circuit/text.js";
import { UserError } from "../../../src/ir/errors.js";
import { cellDelay, FABRICS } from "../../../src/lower/delay.js";
import { OPERATORS } from "../../support/operator-graphs.js";
import { lowerWhole, randomGraph } from "../../support/parallel.js";
import { Random } from "../../support/random.js";

const FABRIC = FABRICS["ultrascale+"];

/** The longest path between registers of a whole circuit, through all modules, measured anew. */
function longestPath({ modules }: Circuit): number {
  const byName = new Map(modules.map((module) => [module.name, module]));
  let longest = 0;
  const settle = (module: Module, inputs: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
    const ends: number[] = [];
    const instances = new Map<number, ReadonlyMap<string, number>>();
    module.wires.forEach(({ name, cell, width }) => {
      if (cell.op === "port") {
        const { of, inputs: given } = module.instances[cell.instance];
        if (!("module" in of)) throw new Error("no primitive in a parallel circuit");
        const outputs =
          instances.get(cell.instance) ??
          settle(byName.get(of.module) as Module, new Map(given.map(({ port, wire }) => [port, ends[wire]])));
        instances.set(cell.instance, outputs);
        ends.push(outputs.get(cell.port) as number);
        return;
      }
      const start = Math.max(0, ...cellOperands(cell).map((id) => ends[id]));
      const delay = cellDelay(cell, width, (id) => module.wires[id] as Wire, FABRIC);
      const end = cell.op === "register" ? 0 : cell.op === "input" ? (inputs.get(name) ?? 0) : start + delay;
      ends.push(end);
      longest = Math.max(longest, end);
    });
    return new Map(module.outputs.map(({ name, wire }) => [name, ends[wire]]));
  };
  const top = modules.at(-1) as Module;
  const inputs = top.wires.filter(({ cell }) => cell.op === "input");
  settle(top, new Map(inputs.map(({ name }) => [name, FABRIC.net])));
  return longest + FABRIC.register;
}

/** Random graphs with their firmware at a clock, without those that no firmware takes. */
function* firmware(count: number, megahertz: number) {
  for (let seed = 1; seed <= count; seed++) {
    const random = new Random(seed + megahertz);
    try {
      const fixed = randomGraph(random, random.pick([2, 5, 7]), random.integer(2, 7), OPERATORS, 150);
      yield { seed, lowered: lowerWhole(fixed, megahertz) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}

describe("the timing of parallel firmware", () => {
  it.each([200, 320, 450])("keeps every path through all modules within the period: %i MHz", (megahertz) => {
    let met = 0;
    for (const { seed, lowered } of firmware(60, megahertz)) {
      met++;
      const longest = longestPath(lowered.circuit);
      expect(longest, `seed ${seed}`).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
      for (const { worstPath } of lowered.layers)
        expect(worstPath).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
    }
    expect(met).toBeGreaterThan(30);
  });

  it("counts the cycles of all layers on the longest way", () => {
    for (const { lowered } of firmware(40, 320)) {
      const cycles = lowered.layers.map((layer) => layer.cycles.arithmetic);
      expect(lowered.latency).toBeGreaterThan(Math.max(0, ...cycles));
    }
  });
});

describe("the text of parallel firmware", () => {
  it("reads back to the same circuit", () => {
    for (const { lowered } of firmware(40, 320))
      expect(parseCircuit(printCircuit(lowered.circuit), "text").modules).toEqual(lowered.circuit.modules);
  });
});
