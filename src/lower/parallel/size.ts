import { UserError } from "../../ir/errors.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import { takesRows } from "../graphs.js";
import type { ParallelLayer } from "./plan.js";
import type { Root } from "./site.js";

/** More terms than this in all sums together are not built: neither the compiler nor a synthesis tool would end. */
export const MOST_TERMS = 400_000;

/** Refuses a model that is too large to be computed whole in one clock, naming its largest layer. */
export function checkSize(layers: readonly { readonly layer: ParallelLayer; readonly root: Root }[]): void {
  const sizes = layers.map(({ layer, root }) => ({
    ...{ name: layer.name, op: layer.root.op },
    terms: root.sites.reduce((sum, site) => sum + root.terms(site), 0),
  }));
  refuseBeyond(sizes, "terms");
}

/**
 * Refuses a model that has more elements than there may be terms: each element takes one at least. Needs the shapes
 * only, so that an image of any size is refused before its sites are laid out.
 */
export function checkElements(layers: readonly ParallelLayer[]): void {
  refuseBeyond(
    layers.map(({ name, root }) => ({ name, op: root.op, terms: sizeOf(root.shape) })),
    "values",
  );
}

/**
 * Refuses a graph network whose rows at indices have too many terms: each row of the result may be any row, or all of them.
 * Needs the shapes only, too.
 */
export function checkRows(
  layers: readonly ParallelLayer[],
  operandsOf: (layer: ParallelLayer) => readonly FixedNode[],
): void {
  const sizes = layers
    .filter(({ root }) => takesRows(root))
    .map((layer) => {
      const [values] = operandsOf(layer) as [FixedNode];
      const { name, root } = layer;
      return { name, op: root.op, terms: (root.shape[0] as number) * sizeOf(values.shape) };
    });
  refuseBeyond(sizes, "terms");
}

interface LayerSize {
  readonly name: string;
  readonly op: FixedNode["op"];
  readonly terms: number;
}

function refuseBeyond(sizes: readonly LayerSize[], what: "terms" | "values"): void {
  const total = sizes.reduce((sum, { terms }) => sum + terms, 0);
  if (total <= MOST_TERMS) return;
  const graph = sizes.some(takesRows);
  const largest = sizes.reduce((a, b) => (b.terms > a.terms ? b : a));
  throw new UserError(
    `too large to be computed whole in one clock: ${total} ${what} in all, of which layer '${largest.name}' has ${largest.terms}; the limit is ${MOST_TERMS}`,
    {
      where: `layer '${largest.name}'`,
      hint: graph
        ? "Edges and nodes can be taken a few in each clock (architecture: graph in l1c.yaml); for one clock, take a smaller largest graph (graph.nodes, graph.edges) or a smaller network."
        : "An image can come pixel by pixel (architecture: raster in l1c.yaml), in a chain of convolutions of stride 1 also column by column (stream); any other model has to be smaller.",
    },
  );
}
