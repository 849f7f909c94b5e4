import { describe, expect, it } from "vitest";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import type { Interval } from "../../../src/ir/fixed-point.js";
import { firstDifference, fromBigInts, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import type { Simulator, Values } from "../../../src/sim/simulator.js";
import { emitTypeScript } from "../../../src/sim/typescript/emit.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";
import { evaluateAll, evaluateNode } from "../../support/interval-oracle.js";
import { OPERATORS, OperatorGraph } from "../../support/operator-graphs.js";
import { Random } from "../../support/random.js";
import { randomInputs } from "../../support/random-fixed.js";

/** Small integers, sums about 31 bits and 53 bits wide, and wider ones. */
const WIDTHS = [3, 6, 13, 24, 30, 40, 52, 70];

async function expectRight(fixed: Fixed, seed: number, events: number): Promise<Simulator> {
  const simulator = await typescriptSimulator(fixed);
  const reference = referenceSimulator(fixed);
  const random = new Random(seed);
  for (let event = 0; event < events; event++) {
    const integers = randomInputs(random, fixed, random.pick([0, 0.2, 1]));
    const inputs: Values = Object.fromEntries(
      simulator.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
    );
    const found = simulator.trace(inputs);
    const expected = reference.trace(inputs);
    for (const { name } of reference.nodes) {
      const at = firstDifference(found[name], expected[name]);
      if (at < 0) continue;
      throw new Error(`seed ${seed}: '${name}' differs from the reference at ${at}`);
    }
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

/** Two inputs of about 2^top and two of about −2^top: their sum is small, the sums on the way are not. */
function cancelling(top: bigint, layer: object, shape: readonly number[]): Fixed {
  const [low, high] = [1n << (top - 1n), (1n << top) - 1n];
  const items = [1n, 1n, -1n, -1n].map((sign): Interval => {
    return sign > 0n ? { lo: low, hi: high } : { lo: -high, hi: -low };
  });
  const types = { per: "tensor", items: [{ signed: true, width: Number(top) + 1, integer: 0 }] } as const;
  const input: FixedNode = {
    op: "input",
    name: "x",
    inputs: [],
    shape,
    types,
    ranges: { per: "element", items },
    rounding: "RND",
    overflow: "SAT",
  };
  const draft = { name: "y", inputs: ["x"], types, ...layer } as unknown as FixedNode;
  const values = evaluateNode(draft, [{ node: input, values: items }]);
  const node = { ...draft, ranges: { per: "element", items: values } } as FixedNode;
  return { name: "cancelling", nodes: [input, node], outputs: [{ name: "y", value: "y" }] };
}

describe("sums whose parts exceed what their result needs", () => {
  const one = { rows: 1, columns: 1 };
  const pads = { top: 0, bottom: 0, left: 0, right: 0 };
  const bias = { shape: [1], data: [0n] };
  const ones = { data: [1n, 1n, 1n, 1n] };
  const layers: Readonly<Record<string, readonly [shape: readonly number[], layer: object]>> = {
    dense: [[4], { op: "dense", shape: [1], kernel: { ...ones, shape: [4, 1] }, bias }],
    conv2d: [
      [2, 2, 1],
      {
        op: "conv2d",
        shape: [1, 1, 1],
        kernel: { ...ones, shape: [2, 2, 1, 1] },
        bias,
        pads,
        // No scatter.
        strides: { rows: 2, columns: 2 },
        dilations: one,
        groups: 1,
      },
    ],
    pool2d: [
      [2, 2, 1],
      {
        op: "pool2d",
        kind: "sum",
        shape: [1, 1, 1],
        size: { rows: 2, columns: 2 },
        strides: one,
        dilations: one,
        pads,
      },
    ],
    reduce: [[4], { op: "reduce", kind: "sum", shape: [], axes: [0] }],
  };

  it.each(Object.keys(layers))("%s", async (name) => {
    const [shape, layer] = layers[name];
    // Results of 30 to 32 and of 52 to 54 bits.
    for (const top of [29n, 30n, 31n, 32n, 50n, 51n, 52n, 53n, 54n]) {
      await expectRight(cancelling(top, layer, shape), Number(top), 50);
    }
  });

  it("are held in 32 bits where the result is, in doubles where all parts are, else in any number of bits", () => {
    const sums = (top: bigint) => {
      const [shape, layer] = layers.dense;
      return /sums in (\w+)/.exec(emitTypeScript(cancelling(top, layer, shape)))?.[1];
    };
    // In 31 bits parts wrap; with 53 the result fits a double, its parts do not.
    expect([31n, 32n, 52n, 53n].map(sums)).toEqual(["int32", "float64", "float64", "bigint"]);
  });
});

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
