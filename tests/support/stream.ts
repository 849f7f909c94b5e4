import { type Comparison, compareOutputs, type OutputClock } from "../../src/cosim/compare.js";
import { contractOf } from "../../src/cosim/cosimulate.js";
import type { InputClock, Stimulus } from "../../src/cosim/stimulus.js";
import { buildStimulus } from "../../src/cosim/stimulus.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { FABRICS } from "../../src/lower/delay.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { interpretCircuit } from "../../src/sim/circuit.js";
import type { IntegerArray } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { Random } from "./random.js";
import { randomInputs } from "./random-fixed.js";

/** Lowers a graph at 320 MHz. */
export function lowerAt(fixed: Fixed, columns: number, along: 0 | 1 = 1, megahertz = 320): Lowered {
  return lower(fixed, {
    architecture: "stream",
    axis: along,
    columns,
    period: 1000 / megahertz,
    delays: FABRICS["ultrascale+"],
  });
}

/** Random events of a graph with one input, and what the reference simulator makes of them. */
export function randomEvents(
  fixed: Fixed,
  count: number,
  seed: number,
): { readonly events: readonly IntegerArray[]; readonly expected: readonly IntegerArray[] } {
  const random = new Random(seed);
  const simulator = referenceSimulator(fixed);
  const input = fixed.nodes[0]?.name ?? "";
  const output = fixed.outputs[0]?.name ?? "";
  const events: IntegerArray[] = [];
  const expected: IntegerArray[] = [];
  for (let i = 0; i < count; i++) {
    const values = randomInputs(random, fixed, random.pick([0.1, 0.5, 1]))[input] as readonly bigint[];
    events.push([...values]);
    expected.push([...(simulator.run({ [input]: [...values] })[output] as Iterable<bigint>)].map(BigInt));
  }
  return { events, expected };
}

/** Runs a stimulus through the cycle interpreter. */
export function interpretStimulus(lowered: Lowered, { clocks }: Stimulus): readonly OutputClock[] {
  const interpreter = interpretCircuit(lowered.circuit);
  const inputs = ({ valid, first, data }: InputClock) => ({
    in_valid: valid ? 1n : 0n,
    in_first: first ? 1n : 0n,
    [lowered.inputs[0].port]: BigInt(`0x${data}`),
  });
  const idle = { valid: false, first: false, data: "0" };
  for (let i = 0; i < 2; i++) interpreter.step(inputs(idle), true);
  return clocks.map((clock) => {
    const outputs = interpreter.step(inputs(clock), false);
    return {
      valid: outputs.out_valid === 1n,
      first: outputs.out_first === 1n,
      data: (outputs[lowered.outputs[0].port] as bigint).toString(16),
    };
  });
}

/** Random events through the cycle interpreter, compared with the reference simulator. */
export function compareByInterpreter(
  fixed: Fixed,
  lowered: Lowered,
  count: number,
  seed: number,
): Comparison {
  const { events, expected } = randomEvents(fixed, count, seed);
  const contract = contractOf(lowered, fixed.outputs[0]?.name ?? "");
  const flush = contract.latency + contract.interval + 4;
  const stimulus = buildStimulus(contract.input, contract.interval, events, flush, seed);
  const recorded = interpretStimulus(lowered, stimulus);
  return compareOutputs(contract.output, contract.output.name, contract, stimulus.starts, expected, recorded);
}
