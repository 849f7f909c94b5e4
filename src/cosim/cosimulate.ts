import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../ir/errors.js";
import type { StreamCircuit } from "../lower/stream/index.js";
import type { Packing } from "../lower/stream/packing.js";
import type { IntegerArray } from "../sim/elements.js";
import { type Comparison, compareOutputs, type OutputClock } from "./compare.js";
import type { BuiltSimulator } from "./simulators.js";
import { buildStimulus, type InputClock } from "./stimulus.js";

/** What co-simulation needs to know of a stream's firmware: promises, and how values lie in the ports. */
export interface StreamContract {
  readonly latency: number;
  readonly interval: number;
  readonly input: Packing;
  readonly output: Packing & { readonly name: string };
}

/** The contract of lowered firmware; `outputName` is the name of the graph's output. */
export function contractOf(lowered: StreamCircuit, outputName: string): StreamContract {
  const { latency, interval, axes, beat } = lowered;
  const packing = (port: StreamCircuit["input"]): Packing => ({
    shape: port.value.shape as unknown as Packing["shape"],
    axes,
    layout: port.layout,
    beat,
  });
  return {
    latency,
    interval,
    input: packing(lowered.input),
    output: { ...packing(lowered.output), name: outputName },
  };
}

/**
 * Plays events through a Verilog simulation and compares every output bit, the latency and the interval with what was
 * expected. `folder` takes the stimulus and the record.
 */
export async function cosimulate(
  contract: StreamContract,
  simulator: BuiltSimulator,
  events: readonly IntegerArray[],
  expected: readonly IntegerArray[],
  folder: string,
  seed: number,
): Promise<Comparison> {
  const { latency, interval } = contract;
  const stimulus = buildStimulus(contract.input, interval, events, latency + interval + 4, seed);
  const [played, record] = [join(folder, "stimulus.txt"), join(folder, "record.txt")];
  await writeClocks(played, stimulus.clocks);
  await simulator.play(played, record, seed);
  const clocks = await readClocks(record);
  return compareOutputs(contract.output, contract.output.name, contract, stimulus.starts, expected, clocks);
}

/** Clocks that are written at a time. */
const WRITE_CLOCKS = 256;

/** Writes a stimulus, one clock a line. A full disk and the like is a UserError that names the file. */
async function writeClocks(path: string, clocks: readonly InputClock[]): Promise<void> {
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < clocks.length; at += WRITE_CLOCKS)
      yield clocks
        .slice(at, at + WRITE_CLOCKS)
        .map(printClock)
        .join("");
  }
  try {
    await pipeline(pieces(), createWriteStream(path));
  } catch (error) {
    throw fileError(path, "written", error);
  }
}

/** Reads what a simulator recorded. A record that is not there is a UserError that names the file. */
async function readClocks(path: string): Promise<readonly OutputClock[]> {
  const clocks: OutputClock[] = [];
  try {
    const file = await open(path);
    for await (const line of file.readLines()) clocks.push(parseClock(line));
  } catch (error) {
    throw fileError(path, "read", error);
  }
  return clocks;
}

/** A clock of the inputs as a line: valid, first, data. */
function printClock({ valid, first, data }: InputClock): string {
  return `${valid ? 1 : 0}${first ? 1 : 0} ${data}\n`;
}

/** A line of the record as a clock of the outputs: valid, first (0, 1 or, undefined, x), data. */
function parseClock(line: string): OutputClock {
  const unknown = !/^[01]{2}/.test(line);
  return { valid: line[0] === "1", first: line[1] === "1", data: line.slice(3), unknown };
}

function fileError(path: string, done: "written" | "read", error: unknown): UserError {
  return new UserError(`cannot be ${done}: ${(error as Error).message}`, {
    where: path,
    hint: "Temporary files need a folder with free space; the environment variable TMPDIR names another.",
  });
}
