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
  const tables: (readonly Term[])[] = [];
  const digits: Term[][] = [];
  for (const { weights, bias } of sums) {
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
    if (bits.length > 0) tables.push(sumByTables(builder, bits, constant));
    else
      tables.push(constant === 0n ? [] : [{ signal: builder.constant(constant), shift: 0, negative: false }]);
    digits.push(terms);
  }
  const shared = sharePairs(builder, digits);
  const outputs = sums.map((_, row) =>
    sumTree(builder, [...(shared[row] as readonly Term[]), ...(tables[row] as readonly Term[])]),
  );
  proveSums(builder, inputs, sums, outputs);
  return outputs;
}
