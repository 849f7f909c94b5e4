import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../ir/errors.js";
import type { Lowered, LoweredPort } from "../lower/lowered.js";
import type { IntegerArray } from "../sim/elements.js";
import { type Comparison, type OutputClock, RecordComparison } from "./compare.js";
import type { CosimPort } from "./port.js";
import type { BuiltSimulator } from "./simulators.js";
import { buildStimulus, type InputClock } from "./stimulus.js";

/** What co-simulation needs to know of firmware: promises, and how values lie in the ports. */
export interface CosimContract {
  readonly latency: number;
  readonly interval: number;
  /** From one event to the next it is a multiple of so many clocks; by default of 1. */
  readonly grid?: number;
  readonly inputs: readonly CosimPort[];
  readonly outputs: readonly CosimPort[];
}

/** The contract of lowered firmware. */
export function contractOf({ latency, interval, grid, inputs, outputs }: Lowered): CosimContract {
  const port = ({ name, value, packing }: LoweredPort): CosimPort => ({ name, shape: value.shape, packing });
  return {
    ...{ latency, interval, inputs: inputs.map(port), outputs: outputs.map(port) },
    ...(grid !== undefined && { grid }),
  };
}

/**
 * Plays events (of each, one array for each input) through a Verilog simulation and compares every output bit, the
 * latency and the interval with what was expected (one array for each output). `folder` takes the stimulus and the record.
 */
export async function cosimulate(
  contract: CosimContract,
  simulator: BuiltSimulator,
  events: readonly (readonly IntegerArray[])[],
  expected: readonly (readonly IntegerArray[])[],
  folder: string,
  seed: number,
): Promise<Comparison> {
  const { latency, interval, grid } = contract;
  const stimulus = buildStimulus(contract.inputs, interval, events, latency + interval + 4, seed, grid);
  const [played, record] = [join(folder, "stimulus.txt"), join(folder, "record.txt")];
  await writeClocks(played, stimulus.clocks);
  await simulator.play(played, record, seed);
  const comparison = new RecordComparison(contract.outputs, contract, stimulus.starts, expected);
  for await (const clock of readClocks(record)) comparison.add(clock);
  return comparison.result();
}

/** Clocks that are written at a time. */
const WRITE_CLOCKS = 256;

/** Writes a stimulus, one clock a line. A full disk and the like is a UserError that names the file. */
async function writeClocks(path: string, clocks: Iterable<InputClock>): Promise<void> {
  function* pieces(): Generator<string> {
    let lines: string[] = [];
    for (const clock of clocks) {
      lines.push(printClock(clock));
      if (lines.length < WRITE_CLOCKS) continue;
      yield lines.join("");
      lines = [];
    }
    yield lines.join("");
  }
  try {
    await pipeline(pieces(), createWriteStream(path));
  } catch (error) {
    throw fileError(path, "written", error);
  }
}

/** Reads what a simulator recorded. A record that is not there is a UserError that names the file. */
async function* readClocks(path: string): AsyncGenerator<OutputClock> {
  try {
    const file = await open(path);
    for await (const line of file.readLines()) yield parseClock(line);
  } catch (error) {
    throw fileError(path, "read", error);
  }
}

/** A clock of the inputs as a line: valid, first, the data of each port. */
function printClock({ valid, first, data }: InputClock): string {
  return `${valid ? 1 : 0}${first ? 1 : 0} ${data.join(" ")}\n`;
}

/** A line of the record as a clock of the outputs: valid, first (0, 1 or, undefined, x), the data of each port. */
function parseClock(line: string): OutputClock {
  const unknown = !/^[01]{2}/.test(line);
  return { valid: line[0] === "1", first: line[1] === "1", data: line.slice(3).split(" "), unknown };
}

function fileError(path: string, done: "written" | "read", error: unknown): UserError {
  return new UserError(`cannot be ${done}: ${(error as Error).message}`, {
    where: path,
    hint: "Temporary files need a folder with free space; the environment variable TMPDIR names another.",
  });
}
