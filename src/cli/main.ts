#!/usr/bin/env node
import { hideBin } from "yargs/helpers";
import { stopTools } from "../cosim/tools.js";
import { run } from "./run.js";
import { guardOutput } from "./standard-output.js";
import { cleanUpOnSignals } from "./temporary.js";

cleanUpOnSignals(stopTools);
const exitCode = guardOutput();
process.exitCode = exitCode(await run(hideBin(process.argv)));
