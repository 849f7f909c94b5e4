import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EFFORTS } from "../../../src/lower/effort.js";
import { costOfThree, costOfTwo, DEPTH_OF_THREE } from "../../../src/lower/linear/cost.js";
import { csdDigits } from "../../../src/lower/linear/csd.js";
import { lowerLinear } from "../../../src/lower/linear/index.js";
import { type Network, type Operand, operandOf } from "../../../src/lower/linear/network.js";
import { planNetwork, unshare } from "../../../src/lower/linear/plan.js";
import { optimize } from "../../../src/lower/linear/search.js";
import { shareSums } from "../../../src/lower/linear/share.js";
import { planTree, type Tree } from "../../../src/lower/linear/tree.js";
import { ModuleBuilder } from "../../../src/lower/module-builder.js";
import { Random } from "../../support/random.js";

const operand = fc
  .record({
    low: fc.integer({ min: 0, max: 8 }),
    width: fc.integer({ min: 1, max: 12 }),
    depth: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ low, width, depth }): Operand => {
    const term = { node: 0, shift: low, negative: false };
    return operandOf(term, { max: 2 ** width - 1, width, depth });
  });

/** LUTs bit by bit: one wherever two or more bits come together, what the bit below saves counted in. */
function lutsOf(operands: readonly Operand[]): number {
  let luts = 0;
  let saved = 0;
  for (let bit = 0; bit < 32; bit++) {
    const count = operands.filter(({ low, top }) => bit >= low && bit < top).length + saved;
    if (count >= 2) luts++;
    saved = count >= 3 ? 1 : 0;
  }
  return luts;
}

describe("the cost of an adder", () => {
  it("is its LUTs, and less than a LUT for all bits that only hand a carry on", () => {
    fc.assert(
      fc.property(operand, operand, operand, (a, b, c) => {
        const two = costOfTwo(a, b);
        expect(two.lut).toBeGreaterThanOrEqual(lutsOf([a, b]));
        expect(two.lut).toBeLessThan(lutsOf([a, b]) + 2.5);
        const three = costOfThree(a, b, c);
        expect(three.lut).toBeGreaterThanOrEqual(lutsOf([a, b, c]) - 1e-9);
        expect(three.lut).toBeLessThan(lutsOf([a, b, c]) + 2.5);
      }),
    );
  });
});

describe("a tree of adders", () => {
  const leaves = (tree: Tree): readonly Tree[] =>
    tree.term === undefined ? tree.parts.flatMap(leaves) : [tree];
  /** Levels of adders of two; operands without a bit in common lie side by side. */
  const levels = (tree: Tree): number => {
    if (tree.term !== undefined) return tree.depth;
    const [a, b] = tree.parts as [Tree, Tree];
    const beside = tree.parts.length === 2 && (a.top <= b.low || b.top <= a.low);
    const own = tree.parts.length === 3 ? DEPTH_OF_THREE : beside ? 0 : 1;
    return Math.max(...tree.parts.map(levels)) + own;
  };

  it("has every operand once and keeps its depth", () => {
    fc.assert(
      fc.property(
        fc.array(operand, { minLength: 1, maxLength: 14 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        (plain, constant, more) => {
          const operands = plain.map((each, node) => ({ ...each, node }));
          const weight = operands.reduce((sum, { depth }) => sum + 2 ** depth, constant ? 1 : 0);
          const depth = Math.ceil(Math.log2(weight)) + 0.6 + more;
          const tree = planTree(operands, constant, depth) as Tree;
          expect(
            leaves(tree)
              .map(({ term }) => term?.node)
              .toSorted((a, b) => (a as number) - (b as number)),
          ).toEqual(operands.map(({ node }) => node));
          expect(levels(tree)).toBeLessThanOrEqual(depth);
          expect(tree.depth).toBeLessThanOrEqual(depth);
        },
      ),
    );
  });

  it("is the same over other operands of the same bits", () => {
    const random = new Random(9);
    const bits = random.array(12, () => ({ shift: random.integer(0, 8), width: random.integer(1, 9) }));
    const own = (nodes: (place: number) => number) =>
      bits.map(({ shift, width }, place) =>
        operandOf({ node: nodes(place), shift, negative: false }, { max: 2 ** width - 1, width, depth: 0 }),
      );
    const first = planTree(
      own((place) => place),
      true,
      6,
    ) as Tree;
    const moved = (tree: Tree): Tree => ({
      ...tree,
      term: tree.term && { ...tree.term, node: 40 - tree.term.node },
      parts: tree.parts.map(moved),
    });
    expect(
      planTree(
        own((place) => 40 - place),
        true,
        6,
      ),
    ).toEqual(moved(first));
    expect(new Set(leaves(first).map(({ term }) => term?.node)).size).toBe(bits.length);
  });

  it("is undefined where the operands cannot be added within the depth", () => {
    const one = operandOf({ node: 0, shift: 0, negative: false }, { max: 15, width: 4, depth: 0 });
    expect(planTree([one, one, one], false, 1)).toBeUndefined();
    expect(planTree([one, one, one], false, 2)?.parts).toHaveLength(3);
    expect(planTree([one, one, one, one], true, 2)).toBeUndefined();
  });
});

/** A random matrix over inputs of 8 bits. */
function randomNetwork(seed: number, size: number, bits: number): Network {
  const random = new Random(seed);
  const inputs = random.array(size, () => ({ max: 255, width: 8, depth: 0 }));
  const rows = random.array(size, () => {
    const terms = inputs.flatMap((_, node) => {
      const weight = random.bits(bits) - (1n << BigInt(bits - 1));
      return csdDigits(weight).map((digit) => ({ node, ...digit }));
    });
    return { terms, constant: true, depth: Math.ceil(Math.log2(terms.length + 1)) + 1 };
  });
  return { inputs, shared: [], rows };
}

describe("the search for an adder graph", () => {
  it("gives the same plan each time, and none that is more expensive for more effort", () => {
    for (const seed of [1, 2]) {
      const network = randomNetwork(seed, 4, 5);
      const luts = EFFORTS.map((effort) => {
        const { plan, facts } = optimize(network, effort);
        // A copy with another name is not remembered: it is looked for anew.
        const again = optimize(
          { ...network, rows: [...network.rows, { terms: [], constant: true, depth: 0 }] },
          effort,
        );
        expect(again.plan.shared).toEqual(plan.shared);
        expect(again.plan.rows.slice(0, -1)).toEqual(plan.rows);
        expect(facts.lut).toBe(plan.lut);
        expect(facts.saved).toBeGreaterThanOrEqual(0);
        return plan.lut;
      });
      expect(luts).toEqual(luts.toSorted((a, b) => b - a));
    }
  });

  it("shares where that saves LUTs, and takes back what does not", () => {
    const network = randomNetwork(3, 8, 6);
    const plain = planNetwork(network);
    const greedy = planNetwork(shareSums(network, { worth: 1, noise: 0, seed: 0, thirds: 0 }));
    if (plain === undefined || greedy === undefined) throw new Error("within the depth");
    expect(greedy.network.shared.length).toBeGreaterThan(0);
    expect(unshare(greedy).network.shared.length).toBeLessThan(greedy.network.shared.length);
    expect(optimize(network, 1).plan.lut).toBeLessThan(plain.lut);
  });

  it("shares three terms in one adder, where it looks at third terms", () => {
    const inputs = [0, 1, 2, 3].map(() => ({ max: 255, width: 8, depth: 0 }));
    // Each pair of a − 4b + 2c comes twice only, which does not pay for an adder of two.
    const triple = (shift: number, negative: boolean) => [
      { node: 0, shift, negative },
      { node: 1, shift: shift + 2, negative: !negative },
      { node: 2, shift: shift + 1, negative },
    ];
    const rows = [triple(0, false), [{ node: 3, shift: 0, negative: false }, ...triple(3, true)]].map(
      (terms) => ({
        ...{ terms, constant: true, depth: 4 },
      }),
    );
    const share = (thirds: number) =>
      shareSums({ inputs, shared: [], rows }, { worth: 0.5, noise: 0, seed: 0, thirds });
    expect(share(0).shared).toEqual([]);
    const [a, b, c] = triple(0, false);
    expect(share(4).shared).toEqual([[a, c, b]]);
    expect(share(4).rows.map(({ terms }) => terms)).toEqual([
      [{ node: 4, shift: 0, negative: false }],
      [
        { node: 3, shift: 0, negative: false },
        { node: 4, shift: 3, negative: true },
      ],
    ]);
    // A row that may be no deeper than its terms by themselves takes no sum that makes it so.
    const flat = rows.map((row) => ({ ...row, depth: 3 }));
    const shared = shareSums(
      { inputs, shared: [], rows: flat },
      { worth: 0.5, noise: 0, seed: 0, thirds: 4 },
    );
    expect(planNetwork(shared)).toBeDefined();
  });

  it("takes fewer LUTs with third terms than with pairs", () => {
    for (const seed of [1, 2, 3]) {
      const network = randomNetwork(seed, 12, 8);
      const lut = (thirds: number) => {
        const plan = planNetwork(shareSums(network, { worth: 0.75, noise: 0, seed: 0, thirds }));
        return plan === undefined ? Number.POSITIVE_INFINITY : unshare(plan).lut;
      };
      expect(lut(16)).toBeLessThan(lut(0));
    }
  });

  it("shares among many rows over few inputs, within their depth", () => {
    const random = new Random(6);
    const inputs = random.array(2, () => ({ max: 255, width: 8, depth: 0 }));
    const rows = random.array(32, () => {
      const terms = inputs.flatMap((_, node) =>
        csdDigits(random.bits(8) - 128n).map((digit) => ({ node, ...digit })),
      );
      return { terms, constant: true, depth: Math.ceil(Math.log2(terms.length + 1)) + 1.2 };
    });
    const network: Network = { inputs, shared: [], rows };
    const { plan } = optimize(network, 1);
    expect(plan.lut).toBeLessThan(0.75 * (planNetwork(network)?.lut as number));
    plan.rows.forEach((tree, i) => {
      expect(tree?.depth ?? 0).toBeLessThanOrEqual(rows[i].depth);
    });
  });

  it("grows well below the cube of the size", () => {
    // Of this process: a busy machine makes it no longer.
    const time = (size: number) => {
      const network = randomNetwork(4, size, 8);
      const start = process.cpuUsage();
      optimize(network, 0);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    time(8);
    // Four times the rows and columns are 16 times the terms; the cube would be 64 times, and more with every pair of a row.
    expect(time(32)).toBeLessThan(64 * Math.max(40, time(8)));
  });
});

describe("what offset binary takes", () => {
  const build = () => {
    const builder = new ModuleBuilder();
    const inputs = [0, 1, 2].map((i) =>
      builder.slice(builder.input(`p${i}`, 6), 0, { lo: -32n, hi: 31n }, "x"),
    );
    const [sum] = lowerLinear(builder, inputs, [{ weights: [1n, -2n, 4n], bias: 5n }]);
    return builder.finish("sum", [], [{ name: "o", signal: sum as NonNullable<typeof sum> }]);
  };

  it("is one adder of three and one of the constant, over inverted bits", () => {
    const ops = build().wires.map(({ cell }) => cell.op);
    expect(ops.filter((op) => op === "add3" || op === "add")).toEqual(["add3", "add"]);
    expect(ops.filter((op) => op === "offset")).toHaveLength(3);
    expect(ops).not.toContain("sub");
  });
});
