import type { Argv } from "yargs";
import { SPECTRUM_KINDS, type Spectrum } from "../physics/spectrum.js";
import { checkCount } from "./count.js";

/** Events of one file. */
const MOST_EVENTS = 10_000_000;

/** What every generator of events takes. */
export interface SampleOptions {
  readonly events: number;
  readonly seed: number;
  readonly output: string;
  readonly spectrum: (typeof SPECTRUM_KINDS)[number];
  readonly "pt-min": number;
  readonly "pt-max": number;
  readonly "pt-index": number;
  readonly "pt-scale": number;
}

/** Declares them, with a detector's own defaults. */
export function sampleOptions(argv: Argv, defaults: Omit<SampleOptions, "events">): Argv<SampleOptions> {
  return argv
    .option("events", { type: "number", demandOption: true, describe: "number of events" })
    .option("seed", { type: "number", default: defaults.seed, describe: "same seed, same bytes" })
    .option("output", { alias: "o", type: "string", default: defaults.output, describe: "file to write" })
    .option("spectrum", {
      choices: SPECTRUM_KINDS,
      default: defaults.spectrum,
      describe: "spectrum of pT",
    })
    .option("pt-min", { type: "number", default: defaults["pt-min"], describe: "lowest pT, GeV" })
    .option("pt-max", { type: "number", default: defaults["pt-max"], describe: "highest pT, GeV" })
    .option("pt-index", {
      type: "number",
      default: defaults["pt-index"],
      describe: "power spectrum: n of pT^-n",
    })
    .option("pt-scale", {
      type: "number",
      default: defaults["pt-scale"],
      describe: "exponential spectrum: mean, GeV",
    });
}

/** Checks the number of events. */
export function checkEvents(events: number): void {
  checkCount("events", events, {
    most: MOST_EVENTS,
    hint: "Make several files, each with another --seed.",
  });
}

/** The spectrum that the options describe. */
export function spectrumOf(options: SampleOptions): Spectrum {
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

/** An array of a file, as a command describes it. */
interface DescribedArray {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Names, types and shapes of arrays alone, for `--json`. */
export function describeArrays(arrays: readonly DescribedArray[]): readonly DescribedArray[] {
  return arrays.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
}

/** One line for each array. */
export function arrayLines(arrays: readonly DescribedArray[]): readonly string[] {
  const width = Math.max(...arrays.map(({ name }) => name.length)) + 1;
  return arrays.map(
    ({ name, dtype, shape }) => `  ${name.padEnd(width)} ${dtype.padEnd(8)} (${shape.join(", ")})`,
  );
}
