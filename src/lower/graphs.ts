import { UserError } from "../ir/errors.js";
import type { Fixed } from "../ir/fixed/fixed.js";

/** Refuses graph networks, of which no architecture makes firmware yet. Throws a UserError that names the node. */
export function refuseGraphs(fixed: Fixed): void {
  const node = fixed.nodes.find(({ op }) => op === "index_select" || op === "scatter");
  if (node === undefined) return;
  throw new UserError(
    `firmware for graphs is not made yet: '${node.op}' takes rows at indices that come with the event`,
    { where: `node '${node.name}'` },
  );
}
