import { expect } from "vitest";
import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { nodesByName } from "../../src/ir/graph.js";
import { FABRICS } from "../../src/lower/delay.js";
import type { Effort } from "../../src/lower/effort.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered, LoweredPort } from "../../src/lower/lowered.js";
import { interpretCircuit } from "../../src/sim/circuit.js";
import { toBigInts } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { evaluateAll } from "./interval-oracle.js";
import { OPERATORS, OperatorGraph } from "./operator-graphs.js";
import type { Random } from "./random.js";
import { randomInputs } from "./random-fixed.js";

/** Lowers a graph whole, at 320 MHz unless told otherwise. */
export function lowerWhole(fixed: Fixed, megahertz = 320, effort?: Effort): Lowered {
  return lower(fixed, {
    ...{ architecture: "parallel", period: 1000 / megahertz, delays: FABRICS["ultrascale+"] },
    ...(effort !== undefined && { effort }),
  });
}

/** A random graph of a few nodes of any operators, of which some values besides the last are outputs too. */
export function randomGraph(
  random: Random,
  bits: number,
  length: number,
  operators = OPERATORS,
  most = 400,
): Fixed {
  const graph = new OperatorGraph(random, bits);
  for (let tries = 0; graph.nodes.length < length + 1 && tries < 20 * length; tries++) {
    graph.append(random.pick(operators));
    const last = graph.nodes.at(-1) as FixedNode;
    if (last.shape.reduce((a, b) => a * b, 1) > most) break;
  }
  const fixed = graph.fixed("random graph");
  if (!random.chance(0.4)) return fixed;
  return {
    ...fixed,
    outputs: [...fixed.outputs, { name: "other output", value: random.pick(graph.nodes).name }],
  };
}

/** A tensor's integers as the bits of a port. */
export function packPort({ packing }: LoweredPort, values: readonly bigint[]): bigint {
  if (packing.kind !== "parallel")
    throw new Error("a port of a parallel module holds its tensor in one beat");
  return packing.fields.reduce(
    (bits, { low, width }, i) => bits | (BigInt.asUintN(width, values[i]) << BigInt(low)),
    0n,
  );
}

/** The integers of all values of an event, by the reference simulator. */
export function evaluateByReference(fixed: Fixed): typeof evaluateAll {
  const simulator = referenceSimulator(fixed);
  return (_, inputs) => {
    const own = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [...values]]));
    const values = Object.entries(simulator.trace(own));
    return new Map(values.map(([name, integers]) => [name, toBigInts(integers)]));
  };
}

/**
 * Plays random events through the cycle interpreter, back to back and with junk in idle clocks between, and expects every
 * output of every event `latency` clocks after its input, and nothing else marked valid.
 */
export function expectEqual(
  fixed: Fixed,
  lowered: Lowered,
  random: Random,
  count: number,
  evaluate: typeof evaluateAll = evaluateAll,
): void {
  expect(lowered.interval).toBe(1);
  const nodes = nodesByName(fixed);
  const interpreter = interpretCircuit(lowered.circuit);
  const junk = () => Object.fromEntries(lowered.inputs.map(({ port }) => [port, random.bits(64)]));
  const idle = () => ({ in_valid: 0n, in_first: random.bits(1), ...junk() });
  for (let i = 0; i < 2; i++) interpreter.step(idle(), true);
  const due = new Map<number, ReadonlyMap<string, readonly bigint[]>>();
  let sent = 0;
  for (let clock = 0; sent < count || due.size > 0; clock++) {
    const busy = sent < count && (sent < count / 2 || random.chance(0.6));
    let inputs = idle();
    if (busy) {
      sent++;
      const event = randomInputs(random, fixed, random.pick([0.2, 1]));
      due.set(clock + lowered.latency, evaluate(fixed, event));
      const data = lowered.inputs.map((port) => [port.port, packPort(port, event[port.name])]);
      inputs = { in_valid: 1n, in_first: 1n, ...Object.fromEntries(data) };
    }
    const outputs = interpreter.step(inputs, false);
    const expected = due.get(clock);
    due.delete(clock);
    expect([outputs.out_valid, outputs.out_first]).toEqual(expected === undefined ? [0n, 0n] : [1n, 1n]);
    if (expected === undefined) continue;
    for (const { name, port, packing } of lowered.outputs) {
      const value = fixed.outputs.find((output) => output.name === name)?.value as string;
      const wanted = expected.get(value) as readonly bigint[];
      const found = wanted.map((_, i) => {
        const { low, width, signed } = packing.fields[i];
        const bits = (outputs[port] as bigint) >> BigInt(low);
        return signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
      });
      expect(found, `output '${name}' of node '${nodes.get(value)?.op}'`).toEqual(wanted);
    }
  }
}
