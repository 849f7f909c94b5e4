import type { Fixed } from "../../ir/fixed/fixed.js";
import type { Simulator } from "../simulator.js";
import { emitTypeScript } from "./emit.js";
import { loadSimulator } from "./load.js";
import { transpile } from "./transpile.js";

/** The fast engine: a Fixed graph written as TypeScript, stripped of its types and loaded. */
export async function typescriptSimulator(fixed: Fixed): Promise<Simulator> {
  return loadSimulator(transpile(emitTypeScript(fixed)));
}
