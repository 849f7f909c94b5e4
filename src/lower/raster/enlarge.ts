import type { WireId } from "../../ir/circuit/circuit.js";
import type { StructureBuilder } from "../structure-builder.js";
import type { Counters } from "../waves/flags.js";
import type { Wave } from "../waves/wave.js";
import type { Enlarge } from "./plan.js";

/**
 * Repeats each row or column: of the result's row (or column) k · factor + j, copy j has the source's row k, because it
 * comes j · apart clocks later. Out of a register, one cycle after the counters of the result's wave.
 */
export function enlarge(
  builder: StructureBuilder,
  label: string,
  { axis, factor }: Enlarge,
  copies: readonly WireId[],
  apart: number,
  counters: Counters,
  wave: Wave,
): WireId {
  const count = axis === 0 ? wave.rows : wave.columns;
  const index = axis === 0 ? counters.row : counters.column;
  let chosen = copies[0] as WireId;
  for (let j = 1; j < factor; j++) {
    const is = remainderIs(builder, `${label}_is${j}`, index, j, factor, count);
    const copy = builder.ahead(`${label}_copy${j}`, copies[j] as WireId, -j * apart);
    chosen = builder.mux(`${label}_from${j}`, is, copy, chosen);
  }
  return builder.register(`${label}_pixel`, chosen, false);
}

/** A bit that is 1 where index mod factor is j. */
function remainderIs(
  builder: StructureBuilder,
  name: string,
  index: WireId,
  j: number,
  factor: number,
  count: number,
): WireId {
  const power = (factor & (factor - 1)) === 0;
  // Of a power of two, the lowest bits decide.
  const width = power ? Math.log2(factor) : builder.widthOf(index);
  const bits = width < builder.widthOf(index) ? builder.slice(`${name}_bits`, index, 0, width) : index;
  const size = 2 ** width;
  const entries = Array.from({ length: size }, (_, i) =>
    i % factor === j && (power || i < count) ? 1n : 0n,
  );
  return builder.table(name, bits, entries, 1);
}
