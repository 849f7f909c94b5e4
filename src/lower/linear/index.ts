import type { ModuleBuilder, Signal, Term } from "../module-builder.js";
import { csdDigits } from "./csd.js";
import { proveSums } from "./proof.js";
import { sharePairs } from "./share.js";
import type { LinearSum } from "./sum.js";
import { sumByTables, type WeightedBit } from "./tables.js";
import { sumTree } from "./tree.js";

/**
 * A constant matrix as an adder graph. Single bits are added through tables; other inputs as signed digits with shared
 * pairs. The graph is proven against the matrix before it is returned.
 */
export function lowerLinear(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
): readonly Signal[] {
  const terms = sums.map((sum) => termsOf(builder, inputs, sum));
  const outputs = sharePairs(builder, terms).map((row) => sumTree(builder, row));
  proveSums(builder, inputs, sums, outputs);
  return outputs;
}

/** One sum as terms: signed digits times inputs, tables of single bits, what is constant. */
function termsOf(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  { weights, bias }: LinearSum,
): readonly Term[] {
  const bits: WeightedBit[] = [];
  const terms: Term[] = [];
  let constant = bias;
  weights.forEach((weight, i) => {
    const signal = inputs[i] as Signal;
    const { lo, hi } = signal.range;
    if (weight === 0n) return;
    if (lo === hi) constant += weight * lo;
    else if (lo === 0n && hi === 1n) bits.push({ signal, weight });
    else for (const digit of csdDigits(weight)) terms.push({ signal, ...digit });
  });
  if (bits.length > 0) terms.push(...sumByTables(builder, bits, constant));
  else if (constant !== 0n) terms.push({ signal: builder.constant(constant), shift: 0, negative: false });
  return terms;
}
