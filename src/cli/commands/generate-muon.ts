import { stat } from "node:fs/promises";
import { writeNpz } from "../../events/npz-write.js";
import { UserError } from "../../ir/errors.js";
import { muonEventArrays } from "../../physics/muon/arrays.js";
import { DEFAULT_MUON_OPTIONS, type MuonOptions } from "../../physics/muon/generate.js";
import type { StripCount } from "../../physics/muon/geometry.js";
import { DEFAULT_SPECTRUM } from "../../physics/muon/parameters.js";
import { SECONDARY_MODELS } from "../../physics/muon/secondaries.js";
import { type Command, EXIT } from "../command.js";
import { writeAtomically } from "../files.js";
import {
  arrayLines,
  checkEvents,
  describeArrays,
  type SampleOptions,
  sampleOptions,
  spectrumOf,
} from "../sample.js";

/** Options of `l1c generate muon`. */
export interface GenerateMuonOptions extends SampleOptions {
  readonly muons: string;
  readonly background: number;
  readonly secondaries: (typeof SECONDARY_MODELS)[number];
  readonly strips: number;
}

/** What the command line takes where nothing is said. */
export const MUON_DEFAULTS = {
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
} as const satisfies Omit<GenerateMuonOptions, "events">;

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

export const generateMuon: Command<GenerateMuonOptions> = {
  usage: "muon",
  describe: "chamber images of six layers",
  options: (argv) =>
    sampleOptions(argv, MUON_DEFAULTS)
      .option("muons", {
        type: "string",
        default: MUON_DEFAULTS.muons,
        describe: "muons per event: 0, 1, 2 or 0:0.4,1:0.4,2:0.2",
      })
      .option("background", {
        type: "number",
        default: MUON_DEFAULTS.background,
        describe: "factor on the nominal background",
      })
      .option("secondaries", {
        choices: SECONDARY_MODELS,
        default: MUON_DEFAULTS.secondaries,
        describe: "a muon's secondaries: independent clusters, or electron tracks as in full simulation",
      })
      .option("strips", {
        type: "number",
        choices: [384, 192],
        default: MUON_DEFAULTS.strips,
        describe: "192: the OR of two strips",
      }),

  run: async (options, output) => {
    checkEvents(options.events);
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
    const described = describeArrays(arrays);
    output.result(
      { output: options.output, events: options.events, seed: options.seed, bytes: size, arrays: described },
      [
        `${options.output}: ${options.events} events, ${(size / 1e6).toFixed(1)} MB`,
        ...arrayLines(described),
      ].join("\n"),
    );
    return EXIT.good;
  },
};
