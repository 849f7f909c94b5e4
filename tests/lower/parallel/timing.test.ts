import { describe, expect, it } from "vitest";
import { type Circuit, cellOperands, type Module, type Wire } from "../../../src/ir/circuit/circuit.js";
import { parseCircuit, printCircuit } from "../../../src/ir/circuit/text.js";
import { UserError } from "../../../src/ir/errors.js";
import { cellDelay, FABRICS } from "../../../src/lower/delay.js";
import { OPERATORS } from "../../support/operator-graphs.js";
import { lowerWhole, randomGraph } from "../../support/parallel.js";
import { Random } from "../../support/random.js";

const FABRIC = FABRICS["ultrascale+"];

/**
 * The longest path between registers of a whole circuit, through all modules, measured anew: when each bit of each wire
 * settles. Wiring takes bits apart and together; any other cell waits for all bits of its operands.
 */
function longestPath({ modules }: Circuit): number {
  const byName = new Map(modules.map((module) => [module.name, module]));
  let longest = 0;
  const settle = (
    module: Module,
    inputs: ReadonlyMap<string, readonly number[]>,
  ): ReadonlyMap<string, readonly number[]> => {
    const ends: (readonly number[])[] = [];
    const instances = new Map<number, ReadonlyMap<string, readonly number[]>>();
    const bitsOf = ({ name, cell, width }: Wire): readonly number[] => {
      const all = (time: number) => new Array<number>(width).fill(time);
      switch (cell.op) {
        case "port": {
          const { of, inputs: given } = module.instances[cell.instance];
          if (!("module" in of)) throw new Error("no primitive in a parallel circuit");
          const inner = byName.get(of.module) as Module;
          const outputs =
            instances.get(cell.instance) ??
            settle(inner, new Map(given.map(({ port, wire }) => [port, ends[wire]])));
          instances.set(cell.instance, outputs);
          return outputs.get(cell.port) as readonly number[];
        }
        case "input":
          return inputs.get(name) ?? all(0);
        case "register":
          return all(0);
        case "slice":
          return ends[cell.source].slice(cell.low, cell.low + width);
        case "concat":
          return cell.parts.flatMap((part) => ends[part]);
        default: {
          const start = Math.max(0, ...cellOperands(cell).flatMap((id) => ends[id]));
          return all(start + cellDelay(cell, width, (id) => module.wires[id] as Wire, FABRIC));
        }
      }
    };
    for (const wire of module.wires) {
      const bits = bitsOf(wire);
      ends.push(bits);
      longest = Math.max(longest, ...bits);
    }
    return new Map(module.outputs.map(({ name, wire }) => [name, ends[wire]]));
  };
  const top = modules.at(-1) as Module;
  const inputs = top.wires.filter(({ cell }) => cell.op === "input");
  settle(top, new Map(inputs.map(({ name, width }) => [name, new Array<number>(width).fill(FABRIC.net)])));
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
      expect(lowered.stages.map(({ cycle }) => cycle)).toEqual([...Array(lowered.latency).keys()]);
      // What is measured has no paths across copies that no copy has.
      expect(longest, `seed ${seed}`).toBeLessThanOrEqual(
        Math.max(...lowered.stages.map(({ path }) => path)) + 1e-9,
      );
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
