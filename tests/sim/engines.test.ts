import { describe, expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { printFixed } from "../../src/ir/fixed/text.js";
import { OVERFLOWS, ROUNDINGS } from "../../src/ir/fixed-point.js";
import { firstDifference, fromBigInts } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import type { Values } from "../../src/sim/simulator.js";
import { emitTypeScript } from "../../src/sim/typescript/emit.js";
import { typescriptSimulator } from "../../src/sim/typescript/index.js";
import { muonNet } from "../support/muon-net.js";
import { Random } from "../support/random.js";
import { RANDOM_CHAIN, type RandomFixedOptions, randomFixed, randomInputs } from "../support/random-fixed.js";

/** Runs random events through both engines and compares every integer of every node and output. */
async function expectEqualEngines(fixed: Fixed, seed: number, events: number): Promise<void> {
  const reference = referenceSimulator(fixed);
  const fast = await typescriptSimulator(fixed);
  expect({ inputs: fast.inputs, outputs: fast.outputs, nodes: fast.nodes }).toEqual({
    inputs: reference.inputs,
    outputs: reference.outputs,
    nodes: reference.nodes,
  });
  const random = new Random(seed);
  for (let event = 0; event < events; event++) {
    const integers = randomInputs(random, fixed, random.pick([0, 0.1, 1]));
    const inputs: Values = Object.fromEntries(
      reference.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
    );
    const message = (name: string, at: number) =>
      `seed ${seed}, event ${event}: '${name}' differs at ${at}\n${printFixed(fixed)}`;
    const expected = reference.trace(inputs);
    const found = fast.trace(inputs);
    for (const { name } of reference.nodes) {
      const at = firstDifference(found[name], expected[name]);
      if (at >= 0)
        throw new Error(`${message(name, at)}\n${found[name][at]} instead of ${expected[name][at]}`);
    }
    const outputs = reference.run(inputs);
    const fastOutputs = fast.run(inputs);
    for (const { name } of reference.outputs) {
      expect(firstDifference(fastOutputs[name], outputs[name]), message(name, 0)).toBe(-1);
    }
  }
}

async function sweep(graphs: number, events: number, options: Partial<RandomFixedOptions>): Promise<void> {
  for (let seed = 1; seed <= graphs; seed++)
    await expectEqualEngines(randomFixed(seed, options), seed, events);
}

describe("the typescript engine equals the reference", () => {
  it("on graphs of few bits", () => sweep(100, 10, {}));
  it("on convolution chains", () => sweep(50, 10, RANDOM_CHAIN));
  it("on sums about 32 bits wide", () => sweep(70, 8, { inputBits: 16, weightBits: 16 }));
  it("on sums about 53 bits wide", () => sweep(70, 8, { inputBits: 28, weightBits: 24 }));
  it("on numbers beyond 64 bits", () => sweep(60, 8, { inputBits: 80, weightBits: 70 }));

  it.each(ROUNDINGS)("with %s and every overflow, in each arithmetic", async (rounding) => {
    const written = new Set<string>();
    for (const overflow of OVERFLOWS) {
      for (const [inputBits, weightBits] of [
        [6, 5],
        [28, 10],
        [60, 20],
      ]) {
        const fixed = randomFixed(inputBits + OVERFLOWS.indexOf(overflow), {
          ...RANDOM_CHAIN,
          layers: [3, 3],
          inputBits,
          weightBits,
          roundings: [rounding],
          overflows: [overflow],
        });
        await expectEqualEngines(fixed, inputBits, 10);
        for (const line of emitTypeScript(fixed).match(/^ .*(?:>> \w+(?:\[c\])?|Math\.floor\(k \/ .*);$/gm) ??
          []) {
          written.add(line.includes("Math.floor") ? "float64" : /\dn;$/.test(line) ? "bigint" : "int32");
        }
      }
    }
    expect([...written].sort()).toEqual(["bigint", "float64", "int32"]);
  });

  it("on the muon network's shape, a quarter of a chamber, sparse and dense", () =>
    expectEqualEngines(muonNet(5, 96), 1, 4));
});
