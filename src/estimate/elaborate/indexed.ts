import { countWidth } from "../../ir/circuit/primitives/counts.js";
import { LUT_INPUTS } from "../../lower/delay.js";
import { type Bit, not, ONE } from "../network.js";
import type { Logic, Ports } from "./logic.js";

/** The ports that come in of templates/verilog/l1c_gather.v and l1c_scatter.v: what reads or writes rows at indices. */
export interface IndexedInputs {
  readonly push: Bit;
  readonly data: readonly Bit[];
  readonly index: readonly Bit[];
  readonly pop: Bit;
}

export function indexedInputs(ports: Ports): IndexedInputs {
  const [push, data, index, pop] = ["in_push", "in_data", "in_index", "in_pop"].map((port) =>
    ports.get(port),
  ) as [readonly [Bit], readonly Bit[], readonly Bit[], readonly [Bit]];
  return { push: push[0], data, index, pop: pop[0] };
}

/** Whether an index is that of an item. */
export function knownItem({ network, arithmetic }: Logic, index: readonly Bit[], items: number): Bit {
  const width = countWidth(items);
  if (index.length < width || (index.length === width && 2 ** width === items)) return ONE;
  if (2 ** width === items) return index.slice(width).reduce((all, bit) => network.and(all, not(bit)), ONE);
  return not(arithmetic.atLeast(index, false, BigInt(items), LUT_INPUTS));
}
