import { compile } from "./compile.js";
import { cosim } from "./cosim.js";
import { generate } from "./generate.js";
import { show } from "./show.js";

/** Every command of the command line. */
export const commands = [compile, cosim, generate, show] as const;
