import type { Fixed } from "../ir/fixed/fixed.js";
import { verifyFixed } from "../ir/fixed/verify.js";
import { foldConstants } from "./fold-constants.js";
import { mergeAffine } from "./merge-affine.js";
import { mergeRelu } from "./merge-relu.js";
import type { Pass } from "./pass.js";
import { pruneChannels } from "./prune-channels.js";
import { removeDead } from "./remove-dead.js";
import { removeIdentity } from "./remove-identity.js";
import { tightenRanges } from "./tighten-ranges.js";

/** All passes in the order in which they run; a pass's name is its file's, its flag's and its golden pair's. */
export const PASSES: readonly { readonly name: string; readonly run: Pass }[] = [
  { name: "tighten-ranges", run: tightenRanges },
  { name: "fold-constants", run: foldConstants },
  { name: "merge-relu", run: mergeRelu },
  { name: "remove-identity", run: removeIdentity },
  { name: "merge-affine", run: mergeAffine },
  { name: "remove-dead", run: removeDead },
  { name: "prune-channels", run: pruneChannels },
];

/** Runs all passes and verifies the graph after each. */
export function runPasses(fixed: Fixed): Fixed {
  return PASSES.reduce((graph, { run }) => {
    const next = run(graph);
    verifyFixed(next);
    return next;
  }, fixed);
}
