import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Root } from "./site.js";

/** More terms than this in all sums together are not built: neither the compiler nor a synthesis tool would end. */
export const MOST_TERMS = 400_000;

/** Refuses a model that is too large to be computed whole in one clock, naming its largest layer. */
export function checkSize(layers: readonly { readonly name: string; readonly root: Root }[]): void {
  const sizes = layers.map(({ name, root }) => ({
    name,
    terms: root.sites.reduce((sum, site) => sum + root.terms(site), 0),
  }));
  refuseBeyond(sizes, "terms");
}

/**
 * Refuses a model that has more elements than there may be terms: each element takes one at least. Needs the shapes
 * only, so that an image of any size is refused before its sites are laid out.
 */
export function checkElements(
  layers: readonly { readonly name: string; readonly root: { readonly shape: readonly number[] } }[],
): void {
  refuseBeyond(
    layers.map(({ name, root }) => ({ name, terms: sizeOf(root.shape) })),
    "values",
  );
}

function refuseBeyond(
  sizes: readonly { readonly name: string; readonly terms: number }[],
  what: "terms" | "values",
): void {
  const total = sizes.reduce((sum, { terms }) => sum + terms, 0);
  if (total <= MOST_TERMS) return;
  const largest = sizes.reduce((a, b) => (b.terms > a.terms ? b : a));
  throw new UserError(
    `too large to be computed whole in one clock: ${total} ${what} in all, of which layer '${largest.name}' has ${largest.terms}; the limit is ${MOST_TERMS}`,
    {
      where: `layer '${largest.name}'`,
      hint: "An image can come pixel by pixel (architecture: raster in l1c.yaml), in a chain of convolutions of stride 1 also column by column (stream); any other model has to be smaller.",
    },
  );
}
