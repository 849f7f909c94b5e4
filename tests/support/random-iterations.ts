import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import type { FixedType } from "../../src/ir/fixed-point.js";
import { perTensor } from "../../src/ir/granular.js";
import { runPasses } from "../../src/passes/index.js";
import { Random } from "./random.js";
import { append, type RandomGraph } from "./random-fixed/graph.js";
import { RANDOM_FIXED, randomInput } from "./random-fixed.js";

const UNIT: FixedType = { signed: true, width: 0, integer: 0 };
const type = (width: number, signed = true): FixedType => ({ signed, width, integer: width });

/** A matrix from so many channels to so many, times the last axis. */
interface Matrix {
  readonly kernel: { readonly shape: readonly number[]; readonly data: readonly bigint[] };
  readonly bias: { readonly shape: readonly number[]; readonly data: readonly bigint[] };
}

export interface RandomIterations {
  readonly fixed: Fixed;
  readonly iterations: number;
  readonly edges: number;
}

/**
 * A random network like that of HEP.TrkX: two to four iterations with the same weights and types, each a network on the edges
 * with the rows of both ends, whose messages (some weighted by a score of the edge) are brought to the nodes, and one on the
 * nodes; sometimes the network on the edges once more. What the first iteration reads is narrower than what the others do.
 */
export function randomIterations(seed: number, passed = true): RandomIterations {
  const random = new Random(seed);
  const nodes: FixedNode[] = [];
  const graph: RandomGraph = { random, options: { ...RANDOM_FIXED, inputBits: 3, scales: 0 }, nodes };
  const [rows, edges] = [random.integer(2, 8), random.integer(1, 12)];
  const [hidden, messages, iterations] = [random.integer(1, 3), random.integer(1, 2), random.integer(2, 4)];
  const tables = random.chance(0.5);
  const weighted = random.chance(0.5);
  const kind = random.pick(["sum", "max"] as const);
  const input = (name: string, shape: readonly number[], bits: number, signed: boolean) => {
    const node: FixedNode = {
      ...randomInput(random, graph.options, name, shape),
      types: perTensor(type(bits, signed)),
      ranges: perTensor(
        signed
          ? { lo: -(2n ** BigInt(bits - 1)), hi: 2n ** BigInt(bits - 1) - 1n }
          : { lo: 0n, hi: 2n ** BigInt(bits) - 1n },
      ),
      rounding: "TRN",
      overflow: "SAT",
    } as FixedNode;
    nodes.push(node);
    return node;
  };
  const matrix = (from: number, to: number): Matrix => ({
    kernel: { shape: [from, to], data: random.array(from * to, () => BigInt(random.integer(-3, 3))) },
    bias: { shape: [to], data: random.array(to, () => BigInt(random.integer(-4, 4))) },
  });
  const features = random.integer(1, 2);
  const x = input("x", [rows, features], 3, true);
  const indexBits = Math.ceil(Math.log2(rows + 1));
  const senders = input("senders", [edges], indexBits, false);
  const receivers = input("receivers", [edges], indexBits, false);

  const embed = matrix(features, hidden);
  const edge = matrix(2 * (hidden + features), messages);
  const score = matrix(messages, 1);
  const node = matrix(messages + hidden + features, hidden);
  const bits = { first: random.integer(2, 4), hidden: 4, message: random.integer(2, 4), score: 2 };
  const curve = random.array(16, () => BigInt(random.integer(-5, 5)));
  const dense = (from: FixedNode, weights: Matrix) =>
    append(graph, { op: "dense", ...weights, types: perTensor(UNIT) }, [from]);
  const rounded = (from: FixedNode, width: number, signed = true) =>
    append(
      graph,
      { op: "requantize", rounding: "TRN", overflow: "SAT", types: perTensor(type(width, signed)) },
      [from],
    );
  const concat = (...parts: readonly FixedNode[]) => append(graph, { op: "concat", axis: 1 }, parts);
  const activated = (from: FixedNode, width: number) => {
    const own = rounded(from, width);
    if (!tables || width !== 4) return own;
    const { lo, hi } = own.ranges.items.reduce((a, b) => ({
      lo: a.lo < b.lo ? a.lo : b.lo,
      hi: a.hi > b.hi ? a.hi : b.hi,
    }));
    const entries = curve.slice(Number(lo + 8n), Number(hi + 9n));
    return append(graph, { op: "table", tables: perTensor({ low: lo, entries }), types: perTensor(UNIT) }, [
      own,
    ]);
  };
  const onEdges = (h: FixedNode) => {
    const ends = [senders, receivers].map((index) => append(graph, { op: "index_select" }, [h, index]));
    const message = activated(dense(concat(...ends), edge), bits.message);
    return { message, score: rounded(dense(message, score), bits.score, false) };
  };

  let h = concat(rounded(dense(x, embed), bits.first), x);
  for (let i = 0; i < iterations; i++) {
    const own = onEdges(h);
    const factor = append(graph, { op: "expand", shape: [edges, messages] }, [own.score]);
    const sent = weighted
      ? rounded(append(graph, { op: "multiply" }, [own.message, factor]), 4)
      : own.message;
    const sums = rounded(append(graph, { op: "scatter", kind, rows }, [sent, receivers]), 4);
    h = concat(activated(dense(concat(sums, h), node), bits.hidden), x);
  }
  const outputs = [{ name: "nodes", value: h.name }];
  if (weighted && random.chance(0.5)) outputs.push({ name: "scores", value: onEdges(h).score.name });
  const fixed = { name: `iterations ${seed}`, nodes, outputs };
  verifyFixed(fixed);
  return { fixed: passed ? runPasses(fixed) : fixed, iterations, edges };
}
