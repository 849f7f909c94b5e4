import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import type { SearchRunner } from "../../../src/lower/effort.js";
import { csdDigits } from "../../../src/lower/linear/csd.js";
import { shareDecomposed } from "../../../src/lower/linear/decompose.js";
import { lowerLinear } from "../../../src/lower/linear/index.js";
import type { Network, NodeFacts, Row, Term } from "../../../src/lower/linear/network.js";
import { type Plan, planNetwork, unshare } from "../../../src/lower/linear/plan.js";
import { proveSums } from "../../../src/lower/linear/proof.js";
import { planBy } from "../../../src/lower/linear/search.js";
import type { LinearSum } from "../../../src/lower/linear/sum.js";
import type { Tree } from "../../../src/lower/linear/tree.js";
import { ModuleBuilder } from "../../../src/lower/module-builder.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { circuitOf, inputSignal, outputValue } from "../../support/circuit.js";
import { Random } from "../../support/random.js";

/** Rows that are a few rows times ±2^k, some weights a little different. */
function alikeRows(
  random: Random,
  rows: number,
  inputs: number,
  bits: number,
): readonly (readonly bigint[])[] {
  const centre = 1n << BigInt(bits - 1);
  const bases = random.array(Math.ceil(rows / random.integer(2, 8)), () =>
    random.array(inputs, () => (random.chance(0.1) ? 0n : random.bits(bits) - centre)),
  );
  return random.array(rows, (row) => {
    const scale = (random.chance(0.5) ? 1n : -1n) << BigInt(random.integer(0, 3));
    const change = random.pick([0, 0.1, 0.3]);
    return (bases[row % bases.length] as readonly bigint[]).map(
      (weight) => weight * scale + (random.chance(change) ? random.bits(3) - 4n : 0n),
    );
  });
}

/** Rows over inputs of several widths, within `slack` levels more than adders of two take. */
function networkOf(random: Random, weights: readonly (readonly bigint[])[], slack: number): Network {
  const inputs = (weights[0] as readonly bigint[]).map((): NodeFacts => {
    const width = random.integer(1, 10);
    return { max: random.integer(2 ** (width - 1), 2 ** width - 1), width, depth: random.integer(0, 1) };
  });
  const rows = weights.map((own): Row => {
    const terms = own.flatMap((weight, node) => csdDigits(weight).map((digit) => ({ node, ...digit })));
    const constant = random.chance(0.5) || terms.some(({ negative }) => negative);
    const leaves = terms.reduce((sum, { node }) => sum + 2 ** (inputs[node] as NodeFacts).depth, 0);
    const levels = Math.ceil(Math.log2(Math.max(1, leaves + (constant ? 1 : 0))));
    return { terms, constant, depth: Math.max(levels, terms.length === 1 ? 2 : 0) + slack };
  });
  return { inputs, shared: [], rows };
}

/** The weights of the inputs in each row of a network, shared sums written out. */
function weightsOf({ inputs, shared, rows }: Network): readonly (readonly number[])[] {
  const nodes: number[][] = inputs.map((_, i) => inputs.map((_, j) => (i === j ? 1 : 0)));
  const sum = (terms: readonly Term[]) =>
    terms.reduce(
      (total, { node, shift, negative }) =>
        total.map((weight, i) => weight + (negative ? -1 : 1) * 2 ** shift * nodes[node][i]),
      inputs.map(() => 0),
    );
  for (const terms of shared) nodes.push(sum(terms));
  return rows.map(({ terms }) => sum(terms));
}

const SHARING = { worth: 0.75, noise: 0, seed: 0 };

describe("rows computed from each other", () => {
  it("are the same rows, no deeper than they may be", () => {
    let decomposed = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = new Random(seed);
      const weights = alikeRows(random, random.integer(2, 10), random.integer(1, 8), random.integer(2, 9));
      const network = networkOf(random, weights, random.pick([0.6, 1.2, 2.2]));
      const sharing = { ...SHARING, thirds: seed % 2 === 0 ? 4 : 0 };
      const shared = shareDecomposed(network, sharing, Number.POSITIVE_INFINITY);
      if (shared === undefined) continue;
      decomposed++;
      const expected = weightsOf(network);
      const check = (found: Network) => expect(weightsOf(found), `seed ${seed}`).toEqual(expected);
      check(shared);
      const plan = planNetwork(shared);
      if (plan === undefined) throw new Error(`seed ${seed}: not within the depth`);
      for (const each of [plan, unshare(plan)]) {
        check(each.network);
        each.rows.forEach((tree, row) => {
          const { depth } = network.rows[row] as Row;
          expect(tree?.depth ?? 0, `seed ${seed}, row ${row}`).toBeLessThanOrEqual(depth);
        });
        each.shared.forEach(({ depth }, i) => {
          expect(depth, `seed ${seed}, sum ${i}`).toBeLessThanOrEqual(each.network.depths?.[i] as number);
        });
        expect(leavesOf(each)).toEqual(
          [...each.network.shared, ...each.network.rows.map(({ terms }) => terms)].map(
            ({ length }) => length,
          ),
        );
      }
    }
    expect(decomposed).toBeGreaterThan(75);
  });

  it("are left alone where they are not alike, where all together are not, and where weights are very wide", () => {
    const random = new Random(7);
    const sharing = { ...SHARING, thirds: 4 };
    const unlike = random.array(8, () => random.array(8, () => random.bits(8) - 128n));
    expect(shareDecomposed(networkOf(random, unlike, 1.2), sharing, 1)).toBeUndefined();
    const twins = [...unlike, (unlike[0] as bigint[]).map((weight) => -2n * weight)];
    const network = networkOf(random, twins, 1.2);
    expect(shareDecomposed(network, sharing, 0.5)).toBeUndefined();
    expect(shareDecomposed(network, sharing, 1)?.shared.length).toBeGreaterThan(0);
    const wide = twins.map((row) => row.map((weight) => (weight << 40n) + 1n));
    expect(shareDecomposed(networkOf(random, wide, 1.2), sharing, 1)).toBeUndefined();
  });
});

/** How many terms each sum of a plan adds up. */
function leavesOf({ shared, rows }: Plan): readonly number[] {
  const count = (tree: Tree): number =>
    tree.term !== undefined ? 1 : tree.parts.reduce((sum, part) => sum + count(part), 0);
  return [...shared, ...rows].map((tree) => (tree === undefined ? 0 : count(tree)));
}

/** Tries all strategies but those that compute rows from each other. */
const PAIRS_ALONE: SearchRunner = {
  run: (network, effort, count) =>
    Array.from({ length: count }, (_, strategy) => {
      const plan = planBy(network, effort, strategy);
      return plan?.network.depths === undefined ? plan : undefined;
    }),
};

describe("a matrix of rows that are alike", () => {
  const random = new Random(11);
  const base = random.array(16, () => random.bits(8) - 128n);
  // A filter bank: one filter, times ±1 and ±2, a few taps different.
  const sums = random.array(
    8,
    (row): LinearSum => ({
      weights: base.map(
        (weight) =>
          weight * ([1n, -1n, 2n, -2n][row % 4] as bigint) + (random.chance(0.25) ? random.bits(3) - 4n : 0n),
      ),
      bias: random.bits(6),
    }),
  );
  const range = { lo: -32n, hi: 31n };
  const build = (sums: readonly LinearSum[], runner?: SearchRunner) => {
    const builder = new ModuleBuilder({ effort: 1, slack: 1.2, ...(runner !== undefined && { runner }) });
    const inputs = base.map((_, i) => inputSignal(builder, `p${i}`, 6, range));
    const outputs = lowerLinear(builder, inputs, sums);
    proveSums(builder, inputs, sums, outputs);
    const named = outputs.map((signal, i) => ({ name: `o${i}`, signal }));
    const [facts] = builder.adderGraphs;
    return { facts, module: builder.finish("bank", [], named) };
  };
  const tree = build(sums);

  it("takes far fewer LUTs than with pairs and triples alone, with effort 1", () => {
    // With a row of zeros, so that what was found before is not taken.
    const alone = build([...sums, { weights: base.map(() => 0n), bias: 0n }], PAIRS_ALONE);
    expect(tree.facts?.strategy).toMatch(/^columns by spanning tree, triples worth/);
    expect(alone.facts?.strategy).not.toContain("spanning tree");
    expect(tree.facts?.lut).toBeLessThan(0.8 * (alone.facts?.lut as number));
    const lutsOf = ({ module }: typeof tree) =>
      estimateResources(circuitOf(module)).get("bank")?.lut as number;
    expect(lutsOf(tree)).toBeLessThan(0.85 * lutsOf(alone));
  });

  it("is computed exactly", () => {
    const interpreter = interpretCircuit(circuitOf(tree.module));
    const vectors = [
      ...sums.flatMap(({ weights }) => [
        weights.map((weight) => (weight > 0n ? range.hi : range.lo)),
        weights.map((weight) => (weight > 0n ? range.lo : range.hi)),
      ]),
      ...random.array(100, () => base.map(() => random.within(range))),
    ];
    for (const vector of vectors) {
      const ports = Object.fromEntries(vector.map((k, i) => [`p${i}`, BigInt.asUintN(6, k)]));
      const found = interpreter.step(ports, false);
      sums.forEach(({ weights, bias }, row) => {
        const expected = weights.reduce((sum, weight, i) => sum + weight * (vector[i] as bigint), bias);
        expect(outputValue(tree.module, `o${row}`, found)).toBe(expected);
      });
    }
  });

  it("gives the same graph each time", () => {
    const weights = sums.map((sum) => sum.weights);
    const network = networkOf(new Random(3), weights, 1.2);
    const sharing = { ...SHARING, thirds: 4 };
    expect(shareDecomposed(network, sharing, 1)).toEqual(
      shareDecomposed(structuredClone(network), sharing, 1),
    );
    expect(planBy(network, 2, 6)).toEqual(planBy(structuredClone(network), 2, 6));
  });
});
