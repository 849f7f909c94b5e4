import { synthesize, yosysVersion } from "../../cosim/yosys.js";
import type { Resources } from "../../estimate/counts.js";
import { deviceOf, type Share, sharesOf } from "../../estimate/devices.js";
import { estimateResources } from "../../estimate/resources.js";
import type { Circuit } from "../../ir/circuit/circuit.js";
import { parseCircuit } from "../../ir/circuit/text.js";
import { UserError } from "../../ir/errors.js";
import { targetOf } from "../../lower/target.js";
import { type Build, openBuild, readBuildText } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount } from "../count.js";
import type { Manifest } from "../manifest.js";
import type { Output } from "../output.js";
import { table } from "../summary.js";
import { withWorkFolder } from "../temporary.js";
import { copyVerilog } from "../verilog-files.js";

export interface EstimateCommandOptions {
  readonly build: string;
  readonly synth: boolean;
  readonly fit: boolean;
  readonly seconds?: number | undefined;
}

/** How long one run of Yosys may take where nothing is said of it. */
const DEFAULT_SECONDS = 600;

/** One module that Yosys counted by itself, beside the estimate. */
interface Compared {
  readonly module: string;
  /** How often the layer has it. */
  readonly copies: number;
  readonly estimate: Resources;
  /** Null when Yosys did not end in time. */
  readonly yosys: Resources | null;
}

/** What `--synth` found. */
interface SynthesisResult {
  readonly tool: string;
  readonly modules: readonly Compared[];
  /** The whole firmware in one piece; null where modules repeat, or when Yosys did not end in time. */
  readonly total: Resources | null;
}

export const estimate: Command<EstimateCommandOptions> = {
  usage: "estimate <build>",
  describe: "say what the firmware takes of the device, by estimate or by synthesis with Yosys",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("synth", {
        type: "boolean",
        default: false,
        describe: "synthesize with Yosys and print both counts side by side",
      })
      .option("fit", {
        type: "boolean",
        default: false,
        describe: "exit 1 when it does not fit the device, or one of its SLRs",
      })
      .option("seconds", {
        type: "number",
        describe: `of each run of Yosys, at most (default: ${DEFAULT_SECONDS})`,
      }),

  run: async (options, output) => {
    const { seconds = DEFAULT_SECONDS } = options;
    checkCount("seconds", seconds);
    if (options.seconds !== undefined && !options.synth)
      throw new UserError("it is the time of Yosys, which does not run", {
        where: "--seconds",
        hint: "Give --synth as well, or leave it out.",
      });
    const build = await openBuild(options.build);
    const { manifest } = build;
    const synthesis = options.synth ? await synthesizeBuild(build, seconds, output) : null;
    const device = deviceOf(manifest.device);
    const shares = sharesOf(synthesis?.total ?? manifest.resources.total, device);
    const fits = shares.every(({ used, slr }) => used <= slr);
    const value = {
      build: options.build,
      device: device.name,
      slrs: device.slrs,
      total: manifest.resources.total,
      layers: manifest.layers.map(({ name, copies, resources }) => ({ name, copies, resources })),
      synthesis,
      shares,
      fits,
    };
    const text = [
      `${options.build}: ${manifest.name} for ${device.name}`,
      "",
      describeLayers(manifest),
      ...(synthesis === null ? [] : ["", describeSynthesis(synthesis, manifest)]),
      "",
      describeShares(shares, device.slrs, synthesis?.total == null ? "the estimate" : synthesis.tool),
      describeFit(shares, device.name, device.slrs),
    ];
    output.result(value, text.join("\n"));
    return options.fit && !fits ? EXIT.checkFailed : EXIT.good;
  },
};

const COLUMNS = ["lut", "srl", "ff", "carry", "dsp", "bram"] as const;
const counts = (resources: Resources) => COLUMNS.map((name) => String(resources[name]));
const heads = COLUMNS.map((name) => name.toUpperCase());

function describeLayers({ layers, resources }: Manifest): string {
  return table([
    ["layer", "copies", ...heads],
    ...layers.map((layer) => [layer.name, String(layer.copies), ...counts(layer.resources)]),
    ["all", "", ...counts(resources.total)],
  ]);
}

/** Synthesizes the modules that do the layers' work, each by itself, and the whole where nothing repeats. */
async function synthesizeBuild(build: Build, seconds: number, output: Output): Promise<SynthesisResult> {
  const { manifest } = build;
  const tool = await yosysVersion();
  const circuit = parseCircuit(await readBuildText(build, "circuit.l1c"), "circuit.l1c");
  const { fabric } = deviceOf(manifest.device);
  const estimates = estimateResources(circuit, manifest.config.values.target ?? targetOf(fabric));
  const modules = manifest.layers.map((layer) => moduleOf(layer, circuit));
  const dsp = circuit.modules.some(({ wires }) => wires.some(({ cell }) => cell.op === "mul" && cell.dsp));
  const blocks = [...new Set(modules.map(({ module }) => module))].filter((name) => name !== manifest.top);
  const run = (names: readonly string[]) =>
    withWorkFolder("l1c-estimate-", async (folder) => {
      const files = await copyVerilog(build, folder, "synthesis");
      return synthesize({ top: manifest.top, blocks: names, files, fabric, dsp }, folder, seconds);
    });
  output.progress(`synthesizing ${blocks.length} modules in ${tool}`);
  const single = await run(blocks);
  let total: Resources | undefined;
  if (modules.every(({ copies }) => copies === 1)) {
    output.progress(`synthesizing the whole in ${tool}`);
    total = (await run([]))?.get(manifest.top);
  }
  return {
    tool,
    modules: modules.map(({ module, copies }) => ({
      ...{ module, copies, estimate: estimates.get(module) as Resources },
      yosys: single?.get(module) ?? null,
    })),
    total: total ?? null,
  };
}

/** The module of a layer, or that of its sites where it has several. */
function moduleOf(
  { module, copies }: Manifest["layers"][number],
  { modules }: Circuit,
): { readonly module: string; readonly copies: number } {
  const inner = modules.find(({ name }) => name === module)?.instances ?? [];
  const sites = [...new Set(inner.flatMap(({ of }) => ("module" in of ? [of.module] : [])))];
  const [site] = sites;
  return copies > 1 && site !== undefined && sites.length === 1
    ? { module: site, copies }
    : { module, copies: 1 };
}

function describeSynthesis({ tool, modules, total }: SynthesisResult, { resources }: Manifest): string {
  const dsps = [resources.total, ...modules.map(({ yosys }) => yosys)].some((counted) => counted?.dsp);
  const side = (by: Resources, yosys: Resources | null) => [
    ...[String(by.lut), yosys === null ? "-" : String(yosys.lut)],
    yosys === null ? "-" : difference(by.lut, yosys.lut),
    ...[String(by.ff), yosys === null ? "-" : String(yosys.ff)],
    ...(dsps ? [String(by.dsp), yosys === null ? "-" : String(yosys.dsp)] : []),
  ];
  const repeated = modules.some(({ copies }) => copies > 1);
  return [
    table([
      [
        ...["module", "copies", "LUT", `LUT by ${tool}`, "estimate is", "FF", `FF by ${tool}`],
        ...(dsps ? ["DSP", `DSP by ${tool}`] : []),
      ],
      ...modules.map((row) => [row.module, String(row.copies), ...side(row.estimate, row.yosys)]),
      ...(repeated ? [] : [["all", "", ...side(resources.total, total)]]),
    ]),
    ...(repeated ? ["The whole was not synthesized: its modules repeat."] : []),
    ...(modules.some(({ yosys }) => yosys === null) || (!repeated && total === null)
      ? ["Yosys did not end in time where '-' stands: give it more with --seconds."]
      : []),
  ].join("\n");
}

function difference(estimate: number, counted: number): string {
  if (counted === 0) return "-";
  const percent = 100 * (estimate / counted - 1);
  return `${percent < 0 ? "" : "+"}${percent.toFixed(1)} %`;
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;

function describeShares(shares: readonly Share[], slrs: number, by: string): string {
  return table([
    [`by ${by}`, "used", "device has", "share", ...(slrs > 1 ? ["of one SLR"] : [])],
    ...shares.map(({ name, used, device, slr }) => [
      ...[name, String(used), String(device), percent(used, device)],
      ...(slrs > 1 ? [percent(used, slr)] : []),
    ]),
  ]);
}

function describeFit(shares: readonly Share[], device: string, slrs: number): string {
  const over = (has: (share: Share) => number) => shares.filter((share) => share.used > has(share));
  const names = (list: readonly Share[]) => list.map(({ name }) => name).join(", ");
  const [whole, one] = [over((share) => share.device), over((share) => share.slr)];
  if (whole.length > 0) return `DOES NOT FIT ${device}: ${names(whole)}`;
  if (one.length > 0) return `DOES NOT FIT one of the ${slrs} SLRs of ${device}: ${names(one)}`;
  return slrs > 1 ? `fits one of the ${slrs} SLRs of ${device}` : `fits ${device}`;
}
