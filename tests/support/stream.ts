import { type Comparison, compareOutputs, type OutputClock } from "../../src/cosim/compare.js";
import { contractOf } from "../../src/cosim/cosimulate.js";
import type { InputClock, Stimulus } from "../../src/cosim/stimulus.js";
import { buildStimulus } from "../../src/cosim/stimulus.js";
import { resetClocks } from "../../src/ir/circuit/circuit.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { FABRICS } from "../../src/lower/delay.js";
import { DEFAULT_EFFORT, type Effort } from "../../src/lower/effort.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { interpretCircuit } from "../../src/sim/circuit.js";
import { type IntegerArray, toBigInts } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { Random } from "./random.js";
import { randomInputs } from "./random-fixed.js";

/** Lowers a graph at 320 MHz. */
export function lowerAt(
  fixed: Fixed,
  columns: number,
  along: 0 | 1 = 1,
  megahertz = 320,
  effort: Effort = DEFAULT_EFFORT,
): Lowered {
  return lower(fixed, {
    architecture: "stream",
    axis: along,
    columns,
    period: 1000 / megahertz,
    delays: FABRICS["ultrascale+"],
    effort,
  });
}

/** Events of a graph, one array for each input, and what the reference simulator makes of them for each output. */
export interface ExpectedEvents {
  readonly events: readonly (readonly IntegerArray[])[];
  readonly expected: readonly (readonly IntegerArray[])[];
}

export function randomEvents(fixed: Fixed, count: number, seed: number): ExpectedEvents {
  const random = new Random(seed);
  return expectEvents(
    fixed,
    random.array(count, () => randomInputs(random, fixed, random.pick([0.1, 0.5, 1]))),
  );
}

/** Events as integers, by input. */
export function expectEvents(
  fixed: Fixed,
  events: readonly Readonly<Record<string, readonly bigint[]>>[],
): ExpectedEvents {
  const simulator = referenceSimulator(fixed);
  const pairs = events.map((values) => {
    const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [...value]]));
    const outputs = simulator.run(inputs);
    return {
      event: simulator.inputs.map(({ name }) => inputs[name]),
      wanted: simulator.outputs.map(({ name }) => [...toBigInts(outputs[name])]),
    };
  });
  return { events: pairs.map(({ event }) => event), expected: pairs.map(({ wanted }) => wanted) };
}

/**
 * Runs a stimulus through the cycle interpreter. `broken` of its clocks come before it and are broken off by a
 * reset, no longer than it must be.
 */
export function interpretStimulus(
  lowered: Lowered,
  { clocks }: Stimulus,
  broken = 0,
): readonly OutputClock[] {
  const interpreter = interpretCircuit(lowered.circuit);
  const inputs = ({ valid, first, data }: InputClock) => ({
    in_valid: valid ? 1n : 0n,
    in_first: first ? 1n : 0n,
    ...Object.fromEntries(lowered.inputs.map(({ port }, i) => [port, BigInt(`0x${data[i]}`)])),
  });
  const idle = { valid: false, first: false, data: lowered.inputs.map(() => "0") };
  const resets = Math.max(2, resetClocks(lowered.circuit));
  for (let i = 0; i < resets; i++) interpreter.step(inputs(idle), true);
  let before = 0;
  for (const clock of broken > 0 ? clocks : []) {
    if (before++ === broken) break;
    interpreter.step(inputs(clock), false);
  }
  for (let i = 0; broken > 0 && i < resetClocks(lowered.circuit); i++) interpreter.step(inputs(idle), true);
  return Array.from(clocks, (clock) => {
    const outputs = interpreter.step(inputs(clock), false);
    return {
      valid: outputs.out_valid === 1n,
      first: outputs.out_first === 1n,
      data: lowered.outputs.map(({ port }) => (outputs[port] as bigint).toString(16)),
    };
  });
}

/** Random events through the cycle interpreter, compared with the reference simulator; `broken` as above. */
export function compareByInterpreter(
  fixed: Fixed,
  lowered: Lowered,
  count: number,
  seed: number,
  broken = 0,
): Comparison {
  const { events, expected } = randomEvents(fixed, count, seed);
  const contract = contractOf(lowered);
  const flush = contract.latency + contract.interval + 4;
  const stimulus = buildStimulus(contract.inputs, contract.interval, events, flush, seed, contract.grid);
  const recorded = interpretStimulus(lowered, stimulus, broken);
  return compareOutputs(contract.outputs, contract, stimulus.starts, expected, recorded);
}
