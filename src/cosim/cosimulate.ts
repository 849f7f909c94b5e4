import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
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

async function writeClocks(path: string, clocks: readonly InputClock[]): Promise<void> {
  const stream = createWriteStream(path);
  for (const { valid, first, data } of clocks) {
    if (!stream.write(`${valid ? 1 : 0}${first ? 1 : 0} ${data}\n`)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}

async function readClocks(path: string): Promise<readonly OutputClock[]> {
  const clocks: OutputClock[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    clocks.push({ valid: line[0] === "1", first: line[1] === "1", data: line.slice(3) });
  }
  return clocks;
}
