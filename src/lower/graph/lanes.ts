import type { WireId } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { fieldBits, narrowFields } from "../fields.js";
import type { WiredElement, Wiring } from "../parallel/wiring.js";

/** The bits of one item of a value, `form` being that item; a value without any has no wire. */
export function bitsOfItem(form: FixedNode): number {
  return fieldBits(narrowFields(form));
}

/** The elements of an item in a lane of the wire of a value. Those of a value that comes with the model are constants. */
export function elementsOf(form: FixedNode, wire: WireId | undefined, lane: number): readonly WiredElement[] {
  const fields = narrowFields(form);
  const bits = fieldBits(fields);
  return fields.map(({ range, ...field }) => {
    if (range.lo === range.hi || wire === undefined) return { range };
    return { range, at: { wire, ...field, low: lane * bits + field.low } };
  });
}

/** The wire of a value from the elements of its items lane by lane; none where it has no bits. */
export function packLanes(
  wiring: Wiring,
  lanes: number,
  form: FixedNode,
  at: (lane: number) => readonly WiredElement[],
): WireId | undefined {
  const fields = narrowFields(form);
  const all = Array.from({ length: lanes }, () => fields).flat();
  return wiring.packFields(Array.from({ length: lanes }, (_, lane) => at(lane)).flat(), all);
}
