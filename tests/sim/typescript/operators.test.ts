import { describe, it } from "vitest";
import type { Fixed, FixedOp } from "../../../src/ir/fixed/fixed.js";
import { MOVEMENTS } from "../../../src/ir/movement.js";
import { firstDifference, fromBigInts, toBigInts } from "../../../src/sim/elements.js";
import type { Simulator, Values } from "../../../src/sim/simulator.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";
import { evaluateAll } from "../../support/interval-oracle.js";
import { OperatorGraph } from "../../support/operator-graphs.js";
import { Random } from "../../support/random.js";
import { randomInputs } from "../../support/random-fixed.js";

const OPERATORS: readonly FixedOp[] = [
  "constant",
  "conv2d",
  "dense",
  "affine",
  "add",
  "subtract",
  "multiply",
  "maximum",
  "minimum",
  "relu",
  "clamp",
  "requantize",
  "threshold",
  "steps",
  "table",
  "interpolate",
  "select",
  "pool2d",
  "reduce",
  "argmax",
  ...MOVEMENTS,
];

/** Small integers, sums about 31 bits and 53 bits wide, and wider ones. */
const WIDTHS = [3, 6, 13, 24, 30, 40, 52, 70];

async function expectRight(fixed: Fixed, seed: number, events: number): Promise<Simulator> {
  const simulator = await typescriptSimulator(fixed);
  const random = new Random(seed);
  for (let event = 0; event < events; event++) {
    const integers = randomInputs(random, fixed, random.pick([0, 0.2, 1]));
    const inputs: Values = Object.fromEntries(
      simulator.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
    );
    const found = simulator.trace(inputs);
    for (const [name, values] of evaluateAll(fixed, integers)) {
      const at = firstDifference(found[name], [...values]);
      if (at < 0 && toBigInts(found[name]).length === values.length) continue;
      const node = fixed.nodes.find((other) => other.name === name);
      const show = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
      throw new Error(
        `seed ${seed}, event ${event}, element ${at}: ${found[name][at]} instead of ${values[at]}\n` +
          `${JSON.stringify(node, show).slice(0, 2000)}`,
      );
    }
  }
  return simulator;
}

describe("the golden model has every operator's values", () => {
  it.each(OPERATORS)("%s", async (op) => {
    let made = 0;
    for (let seed = 1; made < 24; seed++) {
      const random = new Random(seed);
      const graph = new OperatorGraph(random, WIDTHS[seed % WIDTHS.length]);
      // A condition for select, few values for table.
      if (op === "select" || random.chance(0.2)) graph.append("threshold");
      if (random.chance(0.5)) graph.append(random.pick(["conv2d", "affine", "relu", "reshape"]));
      if (!graph.append(op)) continue;
      if (random.chance(0.5)) graph.append(random.pick(["conv2d", "requantize", "affine"]));
      made++;
      await expectRight(graph.fixed(`${op} ${seed}`), seed, 6);
    }
  });
});

describe("the golden model has the values of random graphs", () => {
  it.each(WIDTHS)("from integers of %i bits", async (bits) => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed * 100 + bits);
      const graph = new OperatorGraph(random, bits);
      for (let n = 0; n < 10; n++) {
        const wide = graph.nodes.some(({ ranges }) => ranges.items.some(({ hi }) => hi > 1n << 200n));
        graph.append(wide ? random.pick(["requantize", "threshold"]) : random.pick(OPERATORS));
      }
      await expectRight(graph.fixed(`random ${seed}`), seed, 5);
    }
  });
});
