import { compile } from "./compile.js";
import { generate } from "./generate.js";

/** Every command of the command line. */
export const commands = [compile, generate] as const;
