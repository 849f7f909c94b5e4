// Events a second of every engine on the same chamber images of the muon network, each on one core, in one run.
//
//   npm run bench:sim                print the tables
//   npm run bench:sim -- --write     print them and put them into docs/benchmarks.md
//
// Needs a build (dist/) and Verilator; the npm script sees to both. Engines are measured in CPU time, so that other work on
// the machine counts little; of three repetitions the fastest counts. All engines must agree on every bit, or the run fails.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../dist/cli/config.js";
import { compile } from "../dist/compile.js";
import { contractOf, cosimulate } from "../dist/cosim/cosimulate.js";
import { buildSimulator, simulatorVersion } from "../dist/cosim/simulators.js";
import { deviceOf } from "../dist/estimate/devices.js";
import { estimateResources } from "../dist/estimate/resources.js";
import { packingWidth } from "../dist/lower/packing.js";
import { delaysOf, targetOf } from "../dist/lower/target.js";
import { muonEventArrays } from "../dist/physics/muon/arrays.js";
import { DEFAULT_MUON_OPTIONS } from "../dist/physics/muon/generate.js";
import { firstDifference } from "../dist/sim/elements.js";
import { createFloatExecutor } from "../dist/sim/float/index.js";
import { referenceSimulator } from "../dist/sim/reference.js";
import { loadSimulator } from "../dist/sim/typescript/load.js";

const EVENTS = 1000;
/** The reference interpreter is too slow for all of them. */
const REFERENCE_EVENTS = 10;
const COLUMNS = [1, 8, 48];
const REPETITIONS = 3;
const BUSY = 10;

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const MODEL = "examples/muon-cnn/model.keras";
const model = { name: MODEL, bytes: await readFile(path(MODEL)) };
const config = parseConfig(await readFile(path("examples/muon-cnn/l1c.yaml"), "utf8"), "l1c.yaml");

const say = (line) => process.stderr.write(`bench: ${line}\n`);
const clock = async (work) => {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
};
/** CPU seconds that this process and the programs that it ran have used; on other systems than Linux, wall time. */
const cpuSeconds = async () => {
  const stat = await readFile("/proc/self/stat", "utf8").catch(() => undefined);
  if (stat === undefined) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  // proc(5): cutime and cstime, fields 16 and 17, in hundredths of a second.
  const [children, childrenSystem] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15);
  return (user + system) / 1e6 + (Number(children) + Number(childrenSystem)) / 100;
};
const fastest = async (work) => {
  const times = [];
  for (let i = 0; i < REPETITIONS; i++) {
    const start = await cpuSeconds();
    await work();
    times.push((await cpuSeconds()) - start);
  }
  return Math.min(...times);
};
/** Events a second, to three digits. */
const rate = (seconds) => String(Number((1 / seconds).toPrecision(3)));
const table = (rows) =>
  [rows[0], rows[0].map(() => "---"), ...rows.slice(1)].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The integers of the first `EVENTS` chamber images, one array an event. */
async function chamberImages(background) {
  const options = { ...DEFAULT_MUON_OPTIONS, seed: 1, background };
  const { blocks } = muonEventArrays(options, EVENTS).find(({ name }) => name === "voxels");
  const images = [];
  for await (const block of blocks()) {
    const size = 8 * 384 * 6;
    for (let at = 0; at < block.length; at += size) {
      images.push(Int32Array.from(block.subarray(at, at + size)));
    }
  }
  return images;
}

const { fabric } = deviceOf(config.device);
const target = targetOf(fabric);
const compileFor = (columns) =>
  compile(model, {
    name: config.name,
    clockMHz: config.clock_mhz,
    delays: delaysOf(fabric, target),
    target,
    threshold: { level: config.output.threshold, name: config.output.name },
    stream: { axis: config.stream.axis, columns },
  });

/** Builds the firmware in Verilator; returns the player with its build time. */
async function verilate({ files, templates, lowered }, folder) {
  const sources = files
    .filter(({ name }) => name.startsWith("verilog/"))
    .map(({ name, text }) => [name, text]);
  for (const { name, template } of templates)
    sources.push([name, await readFile(path(`templates/verilog/${template}`), "utf8")]);
  const written = [];
  for (const [name, text] of sources) {
    written.push(join(folder, name.split("/").at(-1)));
    await writeFile(written.at(-1), text);
  }
  const top = lowered.circuit.modules.at(-1).name;
  const port = ({ port: name, packing }) => ({ port: name, width: packingWidth(packing) });
  return clock(() =>
    buildSimulator(
      "verilator",
      {
        top,
        files: written,
        ports: { inputs: lowered.inputs.map(port), outputs: lowered.outputs.map(port) },
        lut: estimateResources(lowered.circuit).get(top).lut,
      },
      folder,
    ),
  );
}

/** Plays all images through a player; the seconds are those of the player alone. */
async function play({ lowered }, player, images, expected, folder) {
  let seconds;
  const timed = {
    play: async (...args) => {
      seconds = await fastest(() => player.play(...args));
    },
  };
  const one = (arrays) => arrays.map((array) => [array]);
  const { equal } = await cosimulate(contractOf(lowered), timed, one(images), one(expected), folder, 1);
  if (!equal) throw new Error("the firmware differs from the golden model");
  return seconds;
}

/** The golden model of a build and how to run it on images. */
async function goldenOf({ fixed, files }) {
  const input = fixed.nodes.find(({ op }) => op === "input").name;
  const output = fixed.outputs[0].name;
  const simulator = await loadSimulator(files.find(({ name }) => name === "simulator/golden.js").text);
  const outputs = (images) => images.map((image) => simulator.run({ [input]: image })[output].slice());
  return { input, output, simulator, outputs };
}

/** Seconds an event of the engines in this process. */
async function engines(compiled, { input, output, simulator }, images, expected) {
  const reference = referenceSimulator(compiled.fixed);
  const first = images.slice(0, REFERENCE_EVENTS);
  first.forEach((image, i) => {
    const at = firstDifference(reference.run({ [input]: image })[output], expected[i]);
    if (at >= 0) throw new Error(`event ${i}: reference and golden model differ at ${at}`);
  });
  const floats = images.map((image) => Float64Array.from(image));
  const each = async (list, engine) => {
    const run = () => {
      for (const image of list) engine.run({ [input]: image });
    };
    return (await fastest(run)) / list.length;
  };
  const executor = (quantizers) => createFloatExecutor(compiled.model, { quantizers });
  return {
    "golden model (TypeScript)": await each(images, simulator),
    "reference interpreter": await each(first, reference),
    "float executor, quantizers ignored": await each(floats, executor("ignore")),
    "float executor, quantizers applied": await each(floats, executor("apply")),
  };
}

const folder = await mkdtemp(join(tmpdir(), "l1c-bench-"));
try {
  const version = await simulatorVersion("verilator");
  const loadBefore = loadavg()[0];
  const samples = [
    ["nominal background", await chamberImages(1)],
    [`${BUSY}× background`, await chamberImages(BUSY)],
  ];
  const speeds = new Map();
  const builds = [["P", "interval", "latency", "compile", `${version}, build`, `${version}, events/s`]];
  for (const columns of COLUMNS) {
    say(`P = ${columns}: compiling, building in ${version}`);
    const { result: compiled, seconds } = await clock(() => compileFor(columns));
    const at = await mkdtemp(join(folder, "p-"));
    const player = await verilate(compiled, at);
    const golden = await goldenOf(compiled);
    const played = [];
    for (const [name, images] of samples) {
      say(`P = ${columns}: ${name}`);
      const expected = golden.outputs(images);
      played.push((await play(compiled, player.result, images, expected, at)) / EVENTS);
      if (columns !== config.stream.columns) continue;
      const others = await engines(compiled, golden, images, expected);
      speeds.set(name, { ...others, [`${version}, P = ${columns}`]: played.at(-1) });
    }
    const { interval, latency } = compiled.lowered;
    const times = [seconds, player.seconds].map((time) => `${time.toFixed(1)} s`);
    builds.push([columns, interval, latency, ...times, rate(played[0])]);
  }
  const names = samples.map(([name]) => name);
  const rows = [["engine", ...names.flatMap((name) => [`events/s, ${name}`, "golden model is faster by"])]];
  for (const engine of Object.keys(speeds.get(names[0]))) {
    const cells = names.flatMap((name) => {
      const { [engine]: own, "golden model (TypeScript)": golden } = speeds.get(name);
      return [rate(own), `${(own / golden).toPrecision(3)} ×`];
    });
    rows.push([engine, ...cells]);
  }
  const text = [
    `Node ${process.versions.node}, ${version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores;`,
    `load average ${loadBefore.toFixed(1)} at the start, ${loadavg()[0].toFixed(1)} at the end.`,
    "",
    table(rows),
    "",
    table(builds),
  ].join("\n");
  process.stdout.write(`${text}\n`);
  if (process.argv.includes("--write")) {
    const page = path("docs/benchmarks.md");
    const old = await readFile(page, "utf8");
    const [from, to] = ["<!-- bench:sim -->", "<!-- /bench:sim -->"].map((mark) => old.indexOf(mark));
    await writeFile(page, `${old.slice(0, old.indexOf("\n", from))}\n\n${text}\n\n${old.slice(to)}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
