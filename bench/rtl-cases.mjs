// What the RTL benchmark compiles: for each case a function from a clock to what is measured of the firmware.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../dist/cli/config.js";
import { compile } from "../dist/compile.js";
import { deviceOf } from "../dist/estimate/devices.js";
import { completeNode } from "../dist/ir/fixed/build.js";
import { lower } from "../dist/lower/index.js";
import { delaysOf, targetOf } from "../dist/lower/target.js";
import { runPasses } from "../dist/passes/index.js";

const DEVICE = deviceOf("xcvu13p");
export const fabric = DEVICE.fabric;
export const target = targetOf(fabric);
const delays = delaysOf(fabric, target);

/** The models that are no part of the project, by file name; `--models FOLDER` says where they are. */
export const MODELS = {
  jsc_openml_758: { file: "jsc_openml_758.keras" },
  jsc_openml_768: { file: "jsc_openml_768.keras" },
  // Up to the logits: the softmax behind them is tables and a division.
  qkeras_jettagging: { file: "qkeras_jettagging.onnx", logits: true, types: { global_in: 16 } },
};
export const SIZES = [8, 16, 32, 64];
export const BITS = [4, 8];
const MUON = "muon_cnn";

/** The names of all cases; those of models that are not there are left out. */
export async function caseNames(folder) {
  const found = await filesBelow(folder);
  const models = Object.entries(MODELS).filter(([, { file }]) => found.has(file));
  const matrices = SIZES.flatMap((size) => BITS.map((bits) => `matrix ${size} ${bits}`));
  return [...models.map(([name]) => name), ...matrices, MUON];
}

/** Compiles a case for a clock in MHz: its circuit, and the parts that are counted by themselves. */
export async function compileCase(name, megahertz, folder, seed = 1) {
  const period = 1000 / megahertz;
  if (name === MUON) return muon(megahertz);
  const [kind, size, bits] = name.split(" ");
  const fixed = kind === "matrix" ? matrix(Number(size), Number(bits), seed) : await modelGraph(name, folder);
  const lowered = await lower(fixed, { architecture: "parallel", period, delays, target });
  const top = lowered.circuit.modules.at(-1).name;
  return { lowered, parts: [{ name, module: top, cycles: lowered.latency }] };
}

/** y = x·W for N signed 8-bit inputs; weights uniform over all integers of some bits, by mulberry32. */
function matrix(size, bits, seed) {
  const type = { signed: true, width: 8, integer: 8 };
  const input = {
    ...{ op: "input", name: "x", inputs: [], shape: [size], rounding: "RND", overflow: "SAT" },
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [{ lo: -128n, hi: 127n }] },
  };
  const random = mulberry32(seed);
  const weight = () => BigInt(Math.floor(random() * 2 ** bits) - 2 ** (bits - 1));
  const dense = completeNode(
    {
      ...{ op: "dense", name: "y", inputs: ["x"], types: { per: "tensor", items: [type] } },
      kernel: { shape: [size, size], data: Array.from({ length: size * size }, weight) },
      bias: { shape: [size], data: Array.from({ length: size }, () => 0n) },
    },
    [input],
  );
  return runPasses({ name: "matrix", nodes: [input, dense], outputs: [{ name: "y", value: "y" }] });
}

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function modelGraph(name, folder) {
  const { file, logits, types = {} } = MODELS[name];
  const path = (await filesBelow(folder)).get(file);
  const { fixed } = await compile(
    { name: file, bytes: new Uint8Array(await readFile(path)) },
    {
      ...{ name, clockMHz: 1, delays, target, architecture: "parallel" },
      types: Object.fromEntries(
        Object.entries(types).map(([node, width]) => [node, { signed: true, width, integer: 6 }]),
      ),
    },
  );
  if (!logits) return fixed;
  const last = fixed.nodes.findLastIndex(({ op }) => op === "dense");
  const outputs = [{ name: "logits", value: fixed.nodes[last].name }];
  return runPasses({ name, nodes: fixed.nodes.slice(0, last + 1), outputs });
}

/** The muon network streams; its parts are the sites of its layers, what one window computes. */
async function muon(megahertz) {
  const path = (file) => fileURLToPath(new URL(`../examples/muon-cnn/${file}`, import.meta.url));
  const config = parseConfig(await readFile(path("l1c.yaml"), "utf8"), "l1c.yaml");
  const { lowered } = await compile(
    { name: "model.keras", bytes: new Uint8Array(await readFile(path("model.keras"))) },
    {
      ...{ name: MUON, clockMHz: megahertz, delays, target },
      threshold: { level: config.output.threshold, name: config.output.name },
      stream: config.stream,
    },
  );
  const parts = lowered.layers.map(({ name, module, cycles }) => ({
    ...{ name: `${MUON}, a window of ${name}`, module: `${module}_site`, cycles: cycles.arithmetic },
  }));
  return { lowered, parts };
}

/** The files in a folder and below it, by name; of no folder none. */
async function filesBelow(folder) {
  if (folder === undefined) return new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => [entry.name, join(entry.parentPath, entry.name)]),
  );
}
