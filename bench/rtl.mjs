// Size and speed of the firmware of several models and random matrices, by the estimate and by Yosys.
//
//   npm run bench:rtl                          print the table
//   npm run bench:rtl -- --write               print it and put it into docs/benchmarks.md
//   npm run bench:rtl -- --models FOLDER       with the models of others that lie in the folder (their names: rtl-cases.mjs)
//   npm run bench:rtl -- --only EXPRESSION     only cases whose name the regular expression matches
//
// Needs a build (dist/) and Yosys. Each case is compiled in a process of its own, so that its memory can be told.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { yosysVersion } from "../dist/cosim/yosys.js";
import { caseNames } from "./rtl-cases.mjs";

/** So slow a clock that nothing is registered but the outputs. */
const SLOW = 1;
const CLOCKS = [200, 360, 500];

/** What alkaid makes of the same models, LUT by Yosys without registers, measured. */
const ALKAID_LUT = { jsc_openml_758: 2270, jsc_openml_768: 6114 };
/** Its published adders of 8-bit matrices: means over random ones, and one of 64 × 64 that takes it 16 s. */
const ALKAID_ADDERS = { "matrix 8 8": 98.1, "matrix 16 8": 343.2, "matrix 64 8": 4418 };

const { values: options } = parseArgs({
  options: { write: { type: "boolean" }, models: { type: "string" }, only: { type: "string", default: "" } },
});

const say = (line) => process.stderr.write(`bench: ${line}\n`);
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const table = (rows) =>
  [rows[0], rows[0].map(() => "---"), ...rows.slice(1)].map((row) => `| ${row.join(" | ")} |`).join("\n");

async function measure(name, megahertz, ...flags) {
  const args = [path("bench/rtl-case.mjs"), name, String(megahertz)];
  if (options.models !== undefined) args.push(options.models);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...flags], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}

const title = (name) => name.replace(/^matrix (\d+) (\d+)$/, "random $1 × $1, $2 bits");
const percent = (x) => `${x < 0 ? "−" : "+"}${Math.abs(100 * x).toFixed(1)} %`;

const rows = [
  [
    ...["", "adders", "LUT by Yosys", "LUT by estimate", "estimate is", "alkaid", "LUT of alkaid's"],
    ...CLOCKS.map((clock) => `cycles, FF at ${clock} MHz`),
    ...["compile", "memory"],
  ],
];
const errors = [];
for (const name of (await caseNames(options.models)).filter((other) =>
  new RegExp(options.only).test(other),
)) {
  say(name);
  const slow = await measure(name, SLOW, "--synth");
  const fast = [];
  for (const clock of CLOCKS) fast.push(await measure(name, clock).catch((error) => ({ error })));
  slow.parts.forEach((part, i) => {
    const { estimate, yosys } = part;
    const error = yosys === null ? undefined : estimate.lut / yosys.lut - 1;
    if (error !== undefined) errors.push(Math.abs(error));
    const theirs = ALKAID_LUT[name];
    const mean = slow.meanAdders === undefined ? "" : ` (mean ${slow.meanAdders.toFixed(1)})`;
    const row = [
      title(part.name),
      `${part.adders}${mean}`,
      yosys?.lut ?? "–",
      estimate.lut,
      error === undefined ? "–" : percent(error),
      theirs !== undefined ? `${theirs} LUT` : name in ALKAID_ADDERS ? `${ALKAID_ADDERS[name]} adders` : "–",
      theirs === undefined || yosys === null ? "–" : (yosys.lut / theirs).toFixed(2),
      ...fast.map(({ parts, error: failed }) =>
        failed === undefined ? `${parts[i].cycles}, ${parts[i].estimate.ff}` : "too fast",
      ),
      i === 0 ? `${slow.seconds.toFixed(1)} s` : "",
      i === 0 ? `${Math.round(slow.megabytes)} MB` : "",
    ];
    rows.push(row);
    say(row.join(" | "));
  });
}
const sorted = errors.toSorted((a, b) => a - b);
const median = sorted[Math.floor(sorted.length / 2)];
const text = [
  `Node ${process.versions.node}, ${await yosysVersion()}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores.`,
  "",
  table(rows),
  "",
  `The estimate of LUTs is off by ${(100 * median).toFixed(1)} % in the median and ${(100 * sorted.at(-1)).toFixed(1)} % at most.`,
].join("\n");
process.stdout.write(`${text}\n`);
if (options.write) {
  const page = path("docs/benchmarks.md");
  const old = await readFile(page, "utf8");
  const [from, to] = ["<!-- bench:rtl -->", "<!-- /bench:rtl -->"].map((mark) => old.indexOf(mark));
  await writeFile(page, `${old.slice(0, old.indexOf("\n", from))}\n\n${text}\n\n${old.slice(to)}`);
}
