import { expect, it } from "vitest";
import type { FixedNode } from "../../../src/ir/fixed/fixed.js";
import { unitOf } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";
import { isMovement, movementSources } from "../../../src/ir/movement.js";
import { type Ratio, ratio, times } from "../../../src/ir/ratio.js";
import { fromBigInts, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { Random } from "../../support/random.js";
import { randomFixed, randomInputs } from "../../support/random-fixed.js";

const plus = (a: Ratio, b: Ratio) => ratio(a.n * b.d + b.n * a.d, a.d * b.d);
const minus = (a: Ratio, b: Ratio) => plus(a, { n: -b.n, d: b.d });
const larger = (a: Ratio, b: Ratio) => (a.n * b.d >= b.n * a.d ? a : b);
const smaller = (a: Ratio, b: Ratio) => (a.n * b.d >= b.n * a.d ? b : a);
const NOTHING: Ratio = { n: 0n, d: 1n };

type Values = readonly (readonly Ratio[])[];

/** What an operator does to values, without any integers; undefined for those whose own types decide the unit. */
function expected(
  node: FixedNode,
  inputs: readonly FixedNode[],
  values: Values,
): readonly Ratio[] | undefined {
  const [a, b, c] = values;
  switch (node.op) {
    case "add":
      return a.map((x, i) => plus(x, b[i]));
    case "subtract":
      return a.map((x, i) => minus(x, b[i]));
    case "multiply":
      return a.map((x, i) => times(x, b[i]));
    case "maximum":
      return a.map((x, i) => larger(x, b[i]));
    case "minimum":
      return a.map((x, i) => smaller(x, b[i]));
    case "relu":
      return a.map((x) => larger(x, NOTHING));
    case "select":
      return a.map((bit, i) => (bit.n > 0n ? b[i] : c[i]));
    case "reduce":
      return node.kind === "sum" && node.shape.length === 0 ? [a.reduce(plus, NOTHING)] : undefined;
    default: {
      if (!isMovement(node)) return undefined;
      const sources = movementSources(
        node,
        inputs.map(({ shape }) => shape),
      );
      return Array.from(sources.input, (n, e) => (n < 0 ? NOTHING : values[n][sources.element[e]]));
    }
  }
}

it("the units of random graphs are right: operators do to values what they do to integers", () => {
  const found = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const fixed = randomFixed(seed, { scales: 0.5 });
    const reference = referenceSimulator(fixed);
    const integers = randomInputs(new Random(seed), fixed);
    const trace = reference.trace(
      Object.fromEntries(
        reference.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
      ),
    );
    const nodes = new Map(fixed.nodes.map((node) => [node.name, node]));
    const valuesOf = (node: FixedNode): readonly Ratio[] =>
      toBigInts(trace[node.name]).map((k, i) => {
        const unit = unitOf(atElement(node.types, i, node.shape.at(-1) ?? 1));
        return ratio(k * unit.n, unit.d);
      });
    for (const node of fixed.nodes) {
      const inputs = node.inputs.map((name) => nodes.get(name) as FixedNode);
      const wanted = expected(node, inputs, inputs.map(valuesOf));
      if (wanted === undefined) continue;
      found.add(node.op);
      expect(valuesOf(node), `seed ${seed}, ${node.name} = ${node.op}`).toEqual(wanted);
    }
  }
  expect(found.size).toBe(15);
});

it("random graphs hold every operator", () => {
  const found = new Set<string>();
  for (let seed = 1; seed <= 100; seed++) for (const { op } of randomFixed(seed).nodes) found.add(op);
  expect(found.size).toBe(30);
});
