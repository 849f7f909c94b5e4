import type { WireId } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { fieldBits, typeFields } from "../fields.js";
import type { LoweredPort } from "../lowered.js";
import type { Field } from "../packing.js";
import type { TimingNode } from "../retime/index.js";
import type { StructureBuilder } from "../structure-builder.js";
import { type Element, elementOf, type Origin, originOf, rangeAt } from "./element.js";
import type { Wiring } from "./wiring.js";

/** A data port of the firmware with the elements in it. */
export interface ElementPort {
  readonly port: LoweredPort;
  readonly fields: readonly Field[];
  readonly elements: readonly Element[];
}

/** The port of a value: its elements side by side, row-major, the first one lowest, each on the bits of its type. */
export function elementPort(
  port: Omit<LoweredPort, "packing">,
  elements: readonly Element[],
  fields = typeFields(port.value),
): ElementPort {
  return { port: { ...port, packing: { kind: "parallel", fields } }, fields, elements };
}

/** The port of an input, whose elements come in cycle 0, `net` ns after the clock edge: a node each in the timing graph. */
export function graphInput(nodes: TimingNode[], value: FixedNode, port: string, net: number): ElementPort {
  const fields = typeFields(value);
  const elements = fields.map(({ width, signed }, element) => {
    nodes.push({ delay: net, bits: width, operands: [], cycle: 0 });
    return elementOf(rangeAt(value, element), originOf(nodes.length - 1, width, signed));
  });
  return elementPort({ name: value.name, port, value }, elements, fields);
}

/** Places an input: its elements in cycle 0, and in registers for as long as something reads them. */
export function placeInput(wiring: Wiring, { port: { port }, fields, elements }: ElementPort): void {
  const wire = wiring.builder.input(port, Math.max(1, fieldBits(fields)));
  const origins = elements.flatMap(({ origin }, i) => {
    origin?.fields.set(0, { wire, ...(fields[i] as Field) });
    return origin === undefined ? [] : [origin];
  });
  const until = (origin: Origin) => Math.max(0, ...origin.needed);
  const last = origins.reduce((cycle, origin) => Math.max(cycle, until(origin)), 0);
  for (let cycle = 1; cycle <= last; cycle++) {
    const waiting = origins.filter((origin) => until(origin) >= cycle);
    const packed = wiring.pack(
      waiting.map((origin) => ({
        element: { range: { lo: 0n, hi: 1n }, at: origin.fields.get(cycle - 1) },
        width: origin.width,
      })),
    );
    const register = wiring.builder.register(`late${cycle}_${port}`, packed as WireId, false);
    let low = 0;
    for (const origin of waiting) {
      const { width, signed } = origin;
      origin.fields.set(cycle, { wire: register, low, width, signed });
      low += width;
    }
  }
}

/** Places an output, whose elements come in `cycle`, as a wire called `name`: a register behind them; constants need none. */
export function placeOutput(
  wiring: Wiring,
  name: string,
  { fields, elements }: ElementPort,
  cycle: number,
): WireId {
  const packed = wiring.packFields(
    elements.map(({ range, origin }) => ({ range, at: origin?.fields.get(cycle) })),
    fields,
  );
  if (packed === undefined) return wiring.constant(0n, 1);
  if (elements.every(({ origin }) => origin === undefined)) return packed;
  return wiring.builder.register(name, packed, false);
}

/** Places the flags of an event: their wires, by the names that they leave the firmware with. */
export function placeFlags(
  builder: StructureBuilder,
): readonly { readonly name: string; readonly wire: WireId }[] {
  const { valid, first } = builder.eventFlags();
  return [
    { name: "out_valid", wire: valid },
    { name: "out_first", wire: first },
  ];
}
