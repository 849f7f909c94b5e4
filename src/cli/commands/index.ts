import { compile } from "./compile.js";
import { cosim } from "./cosim.js";
import { demo } from "./demo.js";
import { estimate } from "./estimate.js";
import { evaluate } from "./eval.js";
import { generate } from "./generate.js";
import { report } from "./report.js";
import { scan } from "./scan.js";
import { show } from "./show.js";
import { sim } from "./sim.js";

/** Every command of the command line. */
export const commands = [
  compile,
  scan,
  estimate,
  sim,
  cosim,
  evaluate,
  report,
  generate,
  show,
  demo,
] as const;
