import type { FixedNode } from "../ir/fixed/fixed.js";
import { collapse, type Granular, zipGranular } from "../ir/granular.js";
import { exactQuotient, type Ratio, times } from "../ir/ratio.js";
import type { FixedBuilder } from "./builder.js";
import { sameRatio, typesOfUnits, unitOfAll, unitsOf } from "./units.js";

/** multiplier · x + offset of exact constants, at the largest unit that both terms allow. */
export function exactAffine(
  builder: FixedBuilder,
  input: FixedNode,
  multiplier: Granular<Ratio>,
  offset: Granular<Ratio>,
  name: string,
): FixedNode {
  const terms = zipGranular(
    input.shape,
    [unitsOf(input), multiplier, offset],
    (unit: Ratio, factor: Ratio, constant: Ratio) => {
      const product = times(unit, factor);
      const result = unitOfAll([product, constant]);
      return {
        unit: result,
        multiplier: exactQuotient(product, result),
        offset: exactQuotient(constant, result),
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
