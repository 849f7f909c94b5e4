import type { Fixed } from "../ir/fixed/fixed.js";

/** Fixed → Fixed: the same numbers at every output for every input, in a form that costs less. */
export type Pass = (fixed: Fixed) => Fixed;
