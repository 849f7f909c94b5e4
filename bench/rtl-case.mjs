// Measures one case of the RTL benchmark in a process of its own and prints it as JSON:
//
//   node bench/rtl-case.mjs CASE MEGAHERTZ [FOLDER OF MODELS]      compile: seconds, memory, operations, resources
//   node bench/rtl-case.mjs CASE MEGAHERTZ [FOLDER] --synth        and what Yosys counts
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { synthesize } from "../dist/cosim/yosys.js";
import { estimateResources } from "../dist/estimate/resources.js";
import { emitVerilog, templatesOf } from "../dist/hls-emit/verilog/index.js";
import { compileCase, fabric, target } from "./rtl-cases.mjs";

/** Seconds that Yosys may take. */
const YOSYS_SECONDS = 1800;
/** Of random matrices, how many the mean of the adders is over. */
const SEEDS = 10;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { synth: { type: "boolean", default: false } },
});
const [name, megahertz, folder] = positionals;

/** Additions of two numbers that a module makes; one of three is two. */
function addersOf({ wires }) {
  const weights = { add: 1, sub: 1, add3: 2 };
  return wires.reduce((sum, { cell }) => sum + (weights[cell.op] ?? 0), 0);
}

/** The module of that name and all that are inside it, each as often as it is used. */
function inside(circuit, top) {
  const module = circuit.modules.find((other) => other.name === top);
  return [
    module,
    ...module.instances.flatMap(({ of }) => ("module" in of ? inside(circuit, of.module) : [])),
  ];
}

async function count(circuit, top) {
  const work = await mkdtemp(join(tmpdir(), "l1c-bench-"));
  try {
    const files = [];
    for (const file of emitVerilog(circuit)) {
      await writeFile(join(work, file.name), file.text);
      files.push(file.name);
    }
    for (const { template } of templatesOf(circuit, target)) {
      if (template.startsWith("sim/")) continue;
      await copyFile(
        fileURLToPath(new URL(`../templates/verilog/${template}`, import.meta.url)),
        join(work, basename(template)),
      );
      files.push(basename(template));
    }
    const counted = await synthesize({ top, blocks: [], files, fabric }, work, YOSYS_SECONDS);
    return counted?.get(top) ?? null;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const start = performance.now();
const { lowered, parts } = await compileCase(name, Number(megahertz), folder);
const seconds = (performance.now() - start) / 1000;
const megabytes = process.resourceUsage().maxRSS / 1024;
const estimates = estimateResources(lowered.circuit, target);
const measured = [];
for (const part of parts) {
  const adders = inside(lowered.circuit, part.module).reduce((sum, module) => sum + addersOf(module), 0);
  const yosys = values.synth ? await count(lowered.circuit, part.module) : undefined;
  measured.push({ ...part, adders, estimate: estimates.get(part.module), yosys });
}
let meanAdders;
if (values.synth && /^matrix (8|16) 8$/.test(name)) {
  let sum = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { circuit } = (await compileCase(name, Number(megahertz), folder, seed)).lowered;
    sum += circuit.modules.reduce((total, module) => total + addersOf(module), 0);
  }
  meanAdders = sum / SEEDS;
}
process.stdout.write(JSON.stringify({ seconds, megabytes, parts: measured, meanAdders }));
