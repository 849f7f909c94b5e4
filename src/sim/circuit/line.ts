import type { LineParameters } from "../../ir/circuit/primitives/line.js";
import { invariant } from "../../ir/errors.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** The line from its specification: a queue. It checks what the user of a line must keep to; `rst` forgives. */
export class LineInterpreter implements CircuitInterpreter {
  private readonly depth: number;
  private words: bigint[] = [];
  /** The words that are out in this clock and the next. */
  private out: readonly [bigint, bigint] = [0n, 0n];

  constructor({ depth }: LineParameters) {
    this.depth = depth;
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const [now, next] = this.out;
    const push = !reset && inputs.in_push === 1n;
    const pop = !reset && inputs.in_pop === 1n;
    invariant(!pop || this.words.length > 0, "a line is popped while it holds no word");
    invariant(!push || this.words.length < this.depth, `a line of ${this.depth} words is full`);
    this.out = [next, pop ? (this.words.shift() as bigint) : next];
    if (push) this.words.push(inputs.in_data as bigint);
    if (reset) this.words = [];
    return { out_data: now };
  }
}
