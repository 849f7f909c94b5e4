import type { FlipFlop } from "./elaborate/flip-flops.js";
import { nodeOf, ZERO } from "./network.js";

/** From so many registers in a row on, Yosys and Vivado make a shift register of them. */
const LEAST = 3;
/** Bits that one LUT holds as a shift register (SRLC32E). */
const MOST = 32;

/**
 * Finds the shift registers: rows of at least three flip-flops without reset of which only the last one is read by
 * anything but the next. `readersOf` tells how many read a node. Returns how many flip-flops stay flip-flops, and how
 * many LUTs the others become.
 */
export function shiftRegisters(
  flipFlops: readonly FlipFlop[],
  readersOf: (node: number) => number,
): { readonly ff: number; readonly srl: number } {
  const byOutput = new Map(flipFlops.map((flipFlop) => [flipFlop.output, flipFlop]));
  const next = new Map<FlipFlop, FlipFlop>();
  const first = new Set(flipFlops.filter(({ reset }) => reset === ZERO));
  for (const flipFlop of flipFlops) {
    const before = byOutput.get(flipFlop.data);
    if (
      flipFlop.reset !== ZERO ||
      before === undefined ||
      before.reset !== ZERO ||
      readersOf(nodeOf(before.output)) > 1
    )
      continue;
    next.set(before, flipFlop);
    first.delete(flipFlop);
  }
  let [ff, srl] = [flipFlops.length, 0];
  for (const start of first) {
    let length = 0;
    for (let at: FlipFlop | undefined = start; at !== undefined; at = next.get(at)) length++;
    if (length < LEAST) continue;
    ff -= length;
    srl += Math.ceil(length / MOST);
  }
  return { ff, srl };
}
