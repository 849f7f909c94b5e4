import { stat } from "node:fs/promises";
import { writeNpz } from "../../events/npz-write.js";
import { UserError } from "../../ir/errors.js";
import { muonEventArrays } from "../../physics/muon/arrays.js";
import { DEFAULT_MUON_OPTIONS, type MuonOptions } from "../../physics/muon/generate.js";
import type { StripCount } from "../../physics/muon/geometry.js";
import { SECONDARY_MODELS } from "../../physics/muon/secondaries.js";
import { DEFAULT_SPECTRUM, SPECTRUM_KINDS, type Spectrum } from "../../physics/muon/spectrum.js";
import { type Command, EXIT } from "../command.js";
import { checkCount } from "../count.js";
import { writeAtomically } from "../files.js";

/** Events of one file. */
const MOST_EVENTS = 10_000_000;

/** Options of `l1c generate`. */
export interface GenerateOptions {
  readonly detector: string;
  readonly events: number;
  readonly seed: number;
  readonly output: string;
  readonly muons: string;
  readonly spectrum: (typeof SPECTRUM_KINDS)[number];
  readonly "pt-min": number;
  readonly "pt-max": number;
  readonly "pt-index": number;
  readonly "pt-scale": number;
  readonly background: number;
  readonly secondaries: (typeof SECONDARY_MODELS)[number];
  readonly strips: number;
}

/** What the command line takes where nothing is said. */
export const GENERATE_DEFAULTS = {
  seed: DEFAULT_MUON_OPTIONS.seed,
  output: "events.npz",
  muons: "1",
  spectrum: "flat",
  "pt-min": DEFAULT_SPECTRUM.min,
  "pt-max": DEFAULT_SPECTRUM.max,
  "pt-index": 3,
  "pt-scale": 10,
  background: DEFAULT_MUON_OPTIONS.background,
  secondaries: DEFAULT_MUON_OPTIONS.secondaries,
  strips: DEFAULT_MUON_OPTIONS.strips,
} as const satisfies Partial<GenerateOptions>;

/** Reads "1" or "0:0.4,1:0.4,2:0.2": the probabilities of 0, 1, 2 muons. */
export function parseMuonMix(text: string): [number, number, number] {
  const mix: [number, number, number] = [0, 0, 0];
  for (const part of text.split(",")) {
    const match = /^\s*([012])\s*(?::\s*([\d.]+(?:e-?\d+)?))?\s*$/i.exec(part);
    if (match === null || (match[2] === undefined && text.includes(","))) {
      throw new UserError(`'${text}' is not a mix of muons`, {
        where: "--muons",
        hint: "Give a number 0, 1 or 2, or probabilities such as 0:0.4,1:0.4,2:0.2.",
      });
    }
    mix[Number(match[1])] += match[2] === undefined ? 1 : Number(match[2]);
  }
  return mix;
}

function spectrumOf(options: GenerateOptions): Spectrum {
  const range = { min: options["pt-min"], max: options["pt-max"] };
  switch (options.spectrum) {
    case "power":
      return { kind: "power", ...range, index: options["pt-index"] };
    case "exponential":
      return { kind: "exponential", ...range, scale: options["pt-scale"] };
    default:
      return { kind: options.spectrum, ...range };
  }
}

export const generate: Command<GenerateOptions> = {
  usage: "generate <detector>",
  describe: "make events by a toy Monte Carlo: muon, a chamber of six layers",
  options: (argv) =>
    argv
      .positional("detector", { type: "string", demandOption: true, describe: "muon" })
      .option("events", { type: "number", demandOption: true, describe: "number of events" })
      .option("seed", { type: "number", default: GENERATE_DEFAULTS.seed, describe: "same seed, same bytes" })
      .option("output", {
        alias: "o",
        type: "string",
        default: GENERATE_DEFAULTS.output,
        describe: "file to write",
      })
      .option("muons", {
        type: "string",
        default: GENERATE_DEFAULTS.muons,
        describe: "muons per event: 0, 1, 2 or 0:0.4,1:0.4,2:0.2",
      })
      .option("spectrum", {
        choices: SPECTRUM_KINDS,
        default: GENERATE_DEFAULTS.spectrum,
        describe: "spectrum of pT",
      })
      .option("pt-min", { type: "number", default: GENERATE_DEFAULTS["pt-min"], describe: "lowest pT, GeV" })
      .option("pt-max", { type: "number", default: GENERATE_DEFAULTS["pt-max"], describe: "highest pT, GeV" })
      .option("pt-index", {
        type: "number",
        default: GENERATE_DEFAULTS["pt-index"],
        describe: "power spectrum: n of pT^-n",
      })
      .option("pt-scale", {
        type: "number",
        default: GENERATE_DEFAULTS["pt-scale"],
        describe: "exponential spectrum: mean, GeV",
      })
      .option("background", {
        type: "number",
        default: GENERATE_DEFAULTS.background,
        describe: "factor on the nominal background",
      })
      .option("secondaries", {
        choices: SECONDARY_MODELS,
        default: GENERATE_DEFAULTS.secondaries,
        describe: "a muon's secondaries: independent clusters, or electron tracks as in full simulation",
      })
      .option("strips", {
        type: "number",
        choices: [384, 192],
        default: GENERATE_DEFAULTS.strips,
        describe: "192: the OR of two strips",
      }),

  run: async (options, output) => {
    if (options.detector !== "muon") {
      throw new UserError(`there is no event generator '${options.detector}'`, {
        where: "generate",
        hint: "Events can be generated for: muon.",
      });
    }
    checkCount("events", options.events, {
      most: MOST_EVENTS,
      hint: "Make several files, each with another --seed.",
    });
    const sample: MuonOptions = {
      seed: options.seed,
      mix: parseMuonMix(options.muons),
      spectrum: spectrumOf(options),
      background: options.background,
      secondaries: options.secondaries,
      strips: options.strips as StripCount,
    };
    const arrays = muonEventArrays(sample, options.events);
    output.progress(`generating ${options.events} muon events, seed ${options.seed}`);
    await writeAtomically(options.output, (sink) => writeNpz(sink, arrays));
    const { size } = await stat(options.output);
    const described = arrays.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    output.result(
      { output: options.output, events: options.events, seed: options.seed, bytes: size, arrays: described },
      [
        `${options.output}: ${options.events} events, ${(size / 1e6).toFixed(1)} MB`,
        ...described.map(
          ({ name, dtype, shape }) => `  ${name.padEnd(15)} ${dtype.padEnd(8)} (${shape.join(", ")})`,
        ),
      ].join("\n"),
    );
    return EXIT.good;
  },
};
