import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";

import { type ParallelLayer, type ParallelPlan, planParallel } from "./plan.js";
import { prepareScatters } from "./prepare.js";
import { rootOf } from "./root.js";
import type { Root } from "./site.js";
import { checkElements, checkRows, checkSize } from "./size.js";

/** The layers of a graph with what each computes, before anything is built. */
export interface RootedPlan {
  /** The graph that is planned, with its scatters prepared. */
  readonly fixed: Fixed;
  /** The nodes that prepare them. */
  readonly added: readonly FixedNode[];
  readonly plan: ParallelPlan;
  /** Of each part of the plan; undefined of what only moves elements. */
  readonly roots: readonly (Root | undefined)[];
  /** The values that a layer reads. */
  readonly operandsOf: (layer: ParallelLayer) => readonly FixedNode[];
}

/** Plans a graph as parallel firmware. Throws a UserError when it is too large to be computed whole in one clock. */
export function planRoots(source: Fixed): RootedPlan {
  const { fixed, added } = prepareScatters(source);
  const plan = planParallel(fixed);
  const nodes = nodesByName(fixed);
  const operandsOf = ({ root }: ParallelLayer) => root.inputs.map((name) => nodes.get(name) as FixedNode);
  const layers = plan.parts.flatMap((part) => ("wiring" in part ? [] : [part]));
  checkElements(layers);
  checkRows(layers, operandsOf);
  const roots = plan.parts.map((part) =>
    "wiring" in part ? undefined : rootOf(part.root, operandsOf(part)),
  );
  checkSize(
    plan.parts.flatMap((part, i) => {
      const root = roots[i];
      return "wiring" in part || root === undefined ? [] : [{ name: part.name, op: part.root.op, root }];
    }),
  );
  return { fixed, added, plan, roots, operandsOf };
}
