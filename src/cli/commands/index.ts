import { compile } from "./compile.js";
import { cosim } from "./cosim.js";
import { evaluate } from "./eval.js";
import { generate } from "./generate.js";
import { show } from "./show.js";
import { sim } from "./sim.js";

/** Every command of the command line. */
export const commands = [compile, sim, cosim, evaluate, generate, show] as const;
