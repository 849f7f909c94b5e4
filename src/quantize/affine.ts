import type { FixedNode } from "../ir/fixed/fixed.js";
import { collapse, type Granular, zipGranular } from "../ir/granular.js";
import { exactQuotient, type Ratio, times } from "../ir/ratio.js";
import type { FixedBuilder } from "./builder.js";
import { type Constant, unitOfTerms } from "./constants.js";
import { sameRatio, typesOfUnits, unitOfAll, unitsOf } from "./units.js";

/** multiplier · x + offset of exact constants, at a unit of which both terms are integer multiples. */
export function exactAffine(
  builder: FixedBuilder,
  input: FixedNode,
  multiplier: Granular<Constant>,
  offset: Granular<Constant>,
  name: string,
): FixedNode {
  const terms = zipGranular(
    input.shape,
    [unitsOf(input), multiplier, offset],
    (unit: Ratio, factor: Constant, constant: Constant) => {
      const product = times(unit, factor.value);
      const term = { value: product, unit: times(unit, factor.unit) };
      // One factor alone is the unit: nothing is multiplied.
      const result = constant.value.n === 0n ? unitOfAll([product]) : unitOfTerms([term, constant]);
      return {
        unit: result,
        multiplier: exactQuotient(product, result),
        offset: exactQuotient(constant.value, result),
      };
    },
  );
  const field = <T>(select: (term: (typeof terms.items)[number]) => T, same: (a: T, b: T) => boolean) =>
    collapse({ per: terms.per, items: terms.items.map(select) }, input.shape, same);
  return builder.add({
    op: "affine",
    name,
    inputs: [input.name],
    multiplier: field(
      (term) => term.multiplier,
      (a, b) => a === b,
    ),
    offset: field(
      (term) => term.offset,
      (a, b) => a === b,
    ),
    types: typesOfUnits(field((term) => term.unit, sameRatio)),
  });
}
