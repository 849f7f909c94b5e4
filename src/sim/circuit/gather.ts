import { type GatherParameters, gatherRows } from "../../ir/circuit/primitives/gather.js";
import { invariant } from "../../ir/errors.js";
import { pack, unpack } from "./fields.js";
import type { CircuitInterpreter, PortValues } from "./interpreter.js";

/** The table from its specification: a queue of tables. It checks what its user must keep to; `rst` forgives. */
export class GatherInterpreter implements CircuitInterpreter {
  private readonly gather: GatherParameters;
  /** Complete tables, the oldest first; what comes is not yet one of them. */
  private tables: (readonly bigint[])[] = [];
  private coming: bigint[] = [];
  /** Pops of the oldest table so far. */
  private reads = 0;
  /** The words that are out in this clock and the next. */
  private out: readonly [bigint, bigint] = [0n, 0n];

  constructor(gather: GatherParameters) {
    this.gather = gather;
  }

  step(inputs: PortValues, reset: boolean): PortValues {
    const [now, next] = this.out;
    const push = !reset && inputs.in_push === 1n;
    const pop = !reset && inputs.in_pop === 1n;
    const { banks } = this.gather;
    invariant(
      !push || this.tables.length < banks,
      "a gather is pushed into a bank that is not read to its end",
    );
    invariant(!pop || this.tables.length > 0, "a gather is popped before a table is complete");
    this.out = [next, pop ? this.read(inputs.in_index as bigint) : 0n];
    if (push) this.write(inputs.in_data as bigint);
    if (reset) [this.tables, this.coming, this.reads] = [[], [], 0];
    return { out_data: now };
  }

  private read(index: bigint): bigint {
    const { bits, ports, indexBits, reads } = this.gather;
    const table = this.tables[0] as readonly bigint[];
    const items = unpack(index, indexBits, ports).map((at) => table[Number(at)] ?? 0n);
    this.reads = (this.reads + 1) % reads;
    if (this.reads === 0) this.tables = this.tables.slice(1);
    return pack(items, bits);
  }

  private write(data: bigint): void {
    const { bits, items, lanes } = this.gather;
    this.coming.push(...unpack(data, bits, lanes));
    if (this.coming.length < gatherRows(this.gather) * lanes) return;
    this.tables.push(this.coming.slice(0, items));
    this.coming = [];
  }
}
