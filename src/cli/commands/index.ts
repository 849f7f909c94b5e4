import { generate } from "./generate.js";

/** Every command of the command line. */
export const commands = [generate] as const;
