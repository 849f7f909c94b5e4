import {
  type ScatterParameters,
  scatterLatency,
  scatterResetClocks,
  scatterRows,
} from "../../ir/circuit/primitives/scatter.js";
import { invariant } from "../../ir/errors.js";
import { pack, unpack } from "./fields.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** The numbers of an event so far, of each item by lane. */
type Arrived = readonly (readonly bigint[][])[];

/**
 * The scatter from its specification: a queue of events, each the list of the numbers that came. It checks what its user must
 * keep to, the widths included; a reset that is long enough forgives.
 */
export class ScatterInterpreter implements CircuitInterpreter {
  private readonly scatter: ScatterParameters;
  /** Complete events, the oldest first, with the clock of their last push. */
  private events: { readonly arrived: Arrived; readonly complete: number }[] = [];
  private coming: Arrived;
  private beats = 0;
  /** Pops of the oldest event so far. */
  private rows = 0;
  private clock = 0;
  /** Clocks for which `rst` was high the last time; undefined when that was long enough. */
  private resetClocks: number | undefined;
  private resetting = false;
  /** The words that are out in this clock and the next ones. */
  private out: readonly bigint[];

  constructor(scatter: ScatterParameters) {
    this.scatter = scatter;
    this.coming = this.nothing();
    this.out = new Array<bigint>(scatterLatency(scatter)).fill(0n);
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const { banks } = this.scatter;
    const push = !reset && inputs.in_push === 1n;
    const pop = !reset && inputs.in_pop === 1n;
    this.checkReset(reset, push);
    const [oldest] = this.events;
    invariant(
      !pop || (oldest !== undefined && this.clock >= oldest.complete + 2),
      "a scatter is popped before an event is complete",
    );
    const row = pop ? this.read() : 0n;
    // In the clock of its last pop a bank is free.
    invariant(!push || this.events.length < banks, "a scatter is pushed into a bank that is not given out");
    if (push) this.write(inputs.in_index as bigint, inputs.in_data as bigint);
    if (reset) {
      this.events = [];
      this.coming = this.nothing();
      [this.beats, this.rows] = [0, 0];
    }
    this.clock++;
    const [now, ...later] = this.out;
    this.out = [...later, row];
    return { out_data: now as bigint };
  }

  private nothing(): Arrived {
    const { items, lanes } = this.scatter;
    return Array.from({ length: items }, () => Array.from({ length: lanes }, () => []));
  }

  private checkReset(reset: boolean, push: boolean): void {
    if (reset) this.resetClocks = this.resetting ? (this.resetClocks ?? 0) + 1 : 1;
    else if (push && this.resetClocks !== undefined) {
      const needed = scatterResetClocks(this.scatter);
      invariant(
        this.resetClocks >= needed,
        `rst was high for ${this.resetClocks} clocks, a scatter needs ${needed}`,
      );
      this.resetClocks = undefined;
    }
    this.resetting = reset;
  }

  private write(index: bigint, data: bigint): void {
    const { bits, signed, lanes, indexBits, beats } = this.scatter;
    const numbers = unpack(data, bits, lanes);
    for (const [lane, item] of unpack(index, indexBits, lanes).entries()) {
      const number = numbers[lane] as bigint;
      this.coming[Number(item)]?.[lane]?.push(signed === 1 ? BigInt.asIntN(bits, number) : number);
    }
    this.beats = (this.beats + 1) % beats;
    if (this.beats > 0) return;
    this.events.push({ arrived: this.coming, complete: this.clock });
    this.coming = this.nothing();
  }

  private read(): bigint {
    const { outBits, outLanes } = this.scatter;
    const { arrived } = this.events[0] as { readonly arrived: Arrived };
    const results = Array.from({ length: outLanes }, (_, lane) =>
      this.result(arrived[this.rows * outLanes + lane] ?? []),
    );
    this.rows = (this.rows + 1) % scatterRows(this.scatter);
    if (this.rows === 0) this.events = this.events.slice(1);
    return pack(results, outBits);
  }

  private result(lanes: readonly (readonly bigint[])[]): bigint {
    const { sumBits, outBits, maximum } = this.scatter;
    const numbers = lanes.flat();
    if (maximum === 1) return numbers.reduce((a, b) => (a > b ? a : b), numbers[0] ?? 0n);
    const sums = lanes.map((own) => own.reduce((a, b) => a + b, 0n));
    const total = sums.reduce((a, b) => a + b, 0n);
    const fits = sums.every((sum) => this.extended(sum, sumBits) === sum);
    invariant(fits && this.extended(total, outBits) === total, "a scatter's sum is wider than it says");
    return total;
  }

  /** A number as `bits` bits show it. */
  private extended(number: bigint, bits: number): bigint {
    return this.scatter.signed === 1 ? BigInt.asIntN(bits, number) : BigInt.asUintN(bits, number);
  }
}
