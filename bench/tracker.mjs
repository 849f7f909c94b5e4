// Size, latency and interval of the tracker's networks for graphs of several sizes, at several numbers of edges a clock.
//
//   npm run bench:tracker                      print the table
//   npm run bench:tracker -- --write           print it and put it into docs/benchmarks.md
//   npm run bench:tracker -- --only EXPRESSION only cases whose name the regular expression matches
//   npm run bench:tracker -- --cosim 5         co-simulate 5 random graphs of each case at the first clock, too
//
// Needs a build (dist/), and Verilator for --cosim. Each case is compiled by the command line, as a user would.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { parse, stringify } from "yaml";
import { DEVICES } from "../dist/estimate/devices.js";

const CLOCKS = [240, 360];
const DEVICE = "xcvu13p";
/** Largest graphs and edges a clock (all of them are parallel firmware), and the networks that are trained for such graphs. */
const CASES = [
  { network: "interaction network", model: "interaction-small", nodes: 28, edges: 56, perClock: [56, 8] },
  { network: "interaction network", model: "interaction-medium", nodes: 128, edges: 256, perClock: [8, 16] },
  { network: "interaction network", model: "interaction-medium", nodes: 448, edges: 896, perClock: [16] },
  { network: "HEP.TrkX", model: "heptrkx-small", nodes: 28, edges: 56, perClock: [8] },
  {
    ...{ network: "HEP.TrkX, shared", model: "heptrkx-small", nodes: 28, edges: 56, perClock: [8] },
    flags: ["--iterations", "shared"],
  },
];

const { values: options } = parseArgs({
  options: {
    write: { type: "boolean" },
    only: { type: "string", default: "" },
    cosim: { type: "string", default: "0" },
  },
});

const say = (line) => process.stderr.write(`bench: ${line}\n`);
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const run = promisify(execFile);
const table = (rows) =>
  [rows[0], rows[0].map(() => "---"), ...rows.slice(1)].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What a command prints with --json; the exit code is not looked at. */
async function l1c(...args) {
  const command = [path("dist/cli/main.js"), ...args, "--json"];
  const { stdout } = await run(process.execPath, command, { maxBuffer: 2 ** 28 }).catch((error) => error);
  return JSON.parse(stdout);
}

const device = DEVICES.find(({ name }) => name === DEVICE);
const share = (used, has) => `${((100 * used) / has).toFixed(used / has < 0.1 ? 2 : 1)} %`;

const rows = [
  [
    ...["network", "N × E", "edges a clock", "interval"],
    ...CLOCKS.map((clock) => `cycles, ns at ${clock} MHz`),
    ...["LUT", "FF", "DSP", "BRAM", `LUT of ${DEVICE}`, "of one SLR", "compile", "co-simulation"],
  ],
];
const folder = await mkdtemp(join(tmpdir(), "l1c-bench-"));
try {
  for (const { network, model: name, nodes, edges, perClock, flags = [] } of CASES) {
    const model = `examples/tracker-gnn/${name}/model.onnx`;
    const config = parse(await readFile(join(dirname(path(model)), "l1c.yaml"), "utf8"));
    for (const items of perClock) {
      const title = `${network} ${nodes}x${edges} ${items}`;
      if (!new RegExp(options.only).test(title)) continue;
      say(title);
      const { nodes_per_clock: _, ...graph } = { ...config.graph, nodes, edges, edges_per_clock: items };
      const file = join(folder, "l1c.yaml");
      await writeFile(file, stringify({ ...config, device: DEVICE, graph }));
      const builds = [];
      const start = performance.now();
      let seconds = 0;
      for (const clock of CLOCKS) {
        const build = join(folder, `build-${clock}`);
        const args = ["--clock-mhz", String(clock), ...flags, "-o", build];
        builds.push({
          build,
          manifest: await l1c("compile", path(model), "-c", file, "--no-cache", ...args),
        });
        seconds ||= (performance.now() - start) / 1000;
      }
      const failed = builds.find(({ manifest }) => manifest.error !== undefined);
      if (failed !== undefined) {
        say(`${title}: ${JSON.stringify(failed.manifest.error)}`);
        continue;
      }
      const [{ build, manifest }] = builds;
      const { total } = manifest.resources;
      const compared =
        options.cosim === "0" ? undefined : await l1c("cosim", build, "--random", options.cosim);
      const row = [
        network,
        `${nodes} × ${edges}`,
        items === edges ? "all" : items,
        `${manifest.interval.cycles}`,
        ...builds.map(({ manifest: { latency } }) => `${latency.cycles}, ${Math.round(latency.ns)}`),
        ...[total.lut, total.ff, total.dsp ?? 0, total.bram],
        share(total.lut, device.lut),
        share(total.lut, device.lut / device.slrs),
        `${seconds.toFixed(1)} s`,
        compared === undefined
          ? "–"
          : compared.equal
            ? `${compared.events} graphs: equal`
            : `DIFFERENT: ${JSON.stringify(compared.error ?? compared.bitsDiffering)}`,
      ];
      rows.push(row);
      say(row.join(" | "));
    }
  }
} finally {
  await rm(folder, { recursive: true });
}
const text = [
  `Node ${process.versions.node}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores. Resources by the estimate, at ${CLOCKS[0]} MHz.`,
  "",
  table(rows),
].join("\n");
process.stdout.write(`${text}\n`);
if (options.write) {
  const page = path("docs/benchmarks.md");
  const old = await readFile(page, "utf8");
  const [from, to] = ["<!-- bench:tracker -->", "<!-- /bench:tracker -->"].map((mark) => old.indexOf(mark));
  await writeFile(page, `${old.slice(0, old.indexOf("\n", from))}\n\n${text}\n\n${old.slice(to)}`);
}
