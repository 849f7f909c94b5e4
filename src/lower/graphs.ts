import { UserError } from "../ir/errors.js";
import type { Fixed, FixedOp } from "../ir/fixed/fixed.js";

const ROW_OPERATORS: ReadonlySet<FixedOp> = new Set<FixedOp>(["index_select", "scatter"]);

/** Whether a node takes rows at indices that come with the event. */
export function takesRows({ op }: { readonly op: FixedOp }): boolean {
  return ROW_OPERATORS.has(op);
}

/** Refuses graph networks where firmware takes images only. Throws a UserError that names the node. */
export function refuseGraphs(fixed: Fixed, architecture: "stream" | "raster"): void {
  const node = fixed.nodes.find(takesRows);
  if (node === undefined) return;
  const firmware = architecture === "stream" ? "streaming firmware" : "raster firmware";
  throw new UserError(
    `${firmware} takes images; '${node.op}' takes rows at indices that come with the event`,
    { where: `node '${node.name}'` },
  );
}
