import type { FlagParameters } from "../../ir/circuit/primitives/flag.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** The delayed flag from its specification: 1 in the clock that is `cycles` after the latest flag. */
export class FlagInterpreter implements CircuitInterpreter {
  private readonly cycles: number;
  private clock = 0;
  /** The clock of the latest flag before this one. */
  private latest: number | undefined;

  constructor({ cycles }: FlagParameters) {
    this.cycles = cycles;
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const due = this.latest !== undefined && this.clock === this.latest + this.cycles;
    if (reset) this.latest = undefined;
    else if (inputs.in_first === 1n) this.latest = this.clock;
    this.clock++;
    return { out_first: due ? 1n : 0n };
  }
}
