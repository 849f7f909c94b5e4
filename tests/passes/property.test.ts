import { describe, expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { printFixed } from "../../src/ir/fixed/text.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { unitOf } from "../../src/ir/fixed-point.js";
import { atElement } from "../../src/ir/granular.js";
import { ratio } from "../../src/ir/ratio.js";
import { PASSES, runPasses } from "../../src/passes/index.js";
import { toBigInts } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { Random } from "../support/random.js";
import { RANDOM_CHAIN, type RandomFixedOptions, randomFixed, randomInputs } from "../support/random-fixed.js";

const GRAPHS = process.env.SLOW === "1" ? 3000 : 250;
const EVENTS = 4;

/** The outputs as exact values. */
function outputs(fixed: Fixed, inputs: Record<string, readonly bigint[]>): Record<string, readonly string[]> {
  const nodes = new Map(fixed.nodes.map((node) => [node.name, node]));
  const values = referenceSimulator(fixed).run(
    Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, [...array]])),
  );
  return Object.fromEntries(
    fixed.outputs.map(({ name, value }) => {
      const node = nodes.get(value) as Fixed["nodes"][number];
      const channels = node.shape.at(-1) ?? 1;
      const exact = (k: bigint, i: number) => {
        const unit = unitOf(atElement(node.types, i, channels));
        const { n, d } = ratio(k * unit.n, unit.d);
        return `${n}/${d}`;
      };
      return [name, toBigInts(values[name]).map(exact)];
    }),
  );
}

function expectEqualGraphs(before: Fixed, after: Fixed, seed: number): void {
  verifyFixed(after);
  expect(after.outputs.map(({ name }) => name)).toEqual(before.outputs.map(({ name }) => name));
  const ports = (fixed: Fixed) =>
    fixed.nodes.filter(({ op }) => op === "input").map(({ name, shape, types }) => ({ name, shape, types }));
  expect(ports(after)).toEqual(ports(before));
  const random = new Random(seed);
  for (let event = 0; event < EVENTS; event++) {
    const inputs = randomInputs(random, before, random.pick([0, 0.2, 1]));
    const message = () => `seed ${seed}\n${printFixed(before)}\n${printFixed(after)}`;
    const [wanted, found] = [outputs(before, inputs), outputs(after, inputs)];
    if (JSON.stringify(wanted) !== JSON.stringify(found)) expect(found, message()).toEqual(wanted);
  }
}

const STRUCTURES: readonly (readonly [string, Partial<RandomFixedOptions>])[] = [
  ["graphs of every kind", {}],
  ["chains", RANDOM_CHAIN],
  ["sparse chains, many channels to prune", { ...RANDOM_CHAIN, sparsity: 0.9, layers: [2, 4] }],
  [
    "linear graphs",
    {
      operators: ["conv2d", "dense", "affine", "constant", "add", "requantize", "relu", "table", "pool2d"],
      layers: [3, 8],
      granularities: ["tensor", "channel"],
    },
  ],
  ["wide numbers", { inputBits: 40, weightBits: 30 }],
];

describe.each(STRUCTURES)("on random %s", (_, options) => {
  it.each([...PASSES, { name: "all passes", run: runPasses }])("$name: keeps every output", ({ run }) => {
    for (let seed = 1; seed <= GRAPHS / 5; seed++) {
      const before = randomFixed(seed, options);
      expectEqualGraphs(before, run(before), seed);
    }
  });

  it("passes in any order keep every output", () => {
    for (let seed = 1; seed <= GRAPHS / 5; seed++) {
      const random = new Random(seed);
      const before = randomFixed(seed, options);
      const chosen = random.array(6, () => random.pick(PASSES));
      expectEqualGraphs(
        before,
        chosen.reduce((graph, { run }) => run(graph), before),
        seed,
      );
    }
  });
});
