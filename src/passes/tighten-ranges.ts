import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/** Derives every range and type anew from the inputs forward, so that widths follow from what can really occur. */
export const tightenRanges: Pass = (fixed) => rebuild(fixed, (node) => node);
