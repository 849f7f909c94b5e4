import type { Adder, AdderBit } from "../../ir/circuit/adders.js";
import { controlsOf, type WireBit } from "../../ir/circuit/bit-sources.js";
import { NOTHING } from "../counts.js";
import { type Bit, type Network, not, ONE, ZERO } from "../network.js";
import type { Logic } from "./logic.js";
import type { WireBits } from "./wire-bits.js";

/** Groups of four bits of a CARRY8. */
const CARRY8_GROUPS = 2;

/** What one operand brings to a bit of an adder. */
interface Operand {
  readonly bit: AdderBit;
  readonly negative: boolean;
}

/**
 * The adder of templates/verilog/ultrascale/, `size` bits of it. A tool leaves it as it is: where three bits come together, or
 * gated ones, a LUT6_2 that nothing is merged into and that saves the majority of its operands for the bit above; elsewhere
 * plain logic in front of the carry chain.
 */
export function primitiveSum(
  logic: Logic,
  wires: WireBits,
  { layout, bits }: Adder,
  size: number,
): readonly Bit[] {
  const { network } = logic;
  const { operands, low, below, width, topIsCarry, live } = layout;
  const length = topIsCarry ? width - 1 : width;
  const negatives = operands.filter(({ negative }) => negative).length;
  const inputs: Bit[] = [];
  const outputs: Bit[] = [];
  let lut = 0;
  let saved: Bit | undefined = negatives === 2 ? ONE : undefined;
  for (let at = 0; at < length; at++) {
    const own = operands.flatMap(({ negative }, k): readonly Operand[] =>
      (((live[k] as bigint) >> BigInt(at)) & 1n) === 0n ? [] : [{ bit: bits[k]?.[at] as AdderBit, negative }],
    );
    const gated = own.some(({ bit }) => bit.gate !== undefined);
    const count = own.length + Number(saved !== undefined);
    if (count < 3 && !(gated && count === 2)) {
      inputs.push(...chainInputs(network, wires, own, saved));
      saved = undefined;
      continue;
    }
    lut++;
    if (saved !== undefined) inputs.push(saved);
    for (const { bit } of own) inputs.push(...lutInputs(wires, bit));
    saved = count < 3 ? undefined : network.leaf();
    if (saved !== undefined) outputs.push(saved);
  }
  const sums = logic.leaves(width);
  logic.place({
    resources: { ...NOTHING, lut, carry: CARRY8_GROUPS * Math.ceil(length / 8) },
    inputs,
    outputs: [...outputs, ...sums],
  });
  return [...wires.passing(below, low), ...sums].slice(0, size);
}

/** What a bit of the carry chain reads where plain logic is in front of it: the exclusive or of all, and one of them as data. */
function chainInputs(
  network: Network,
  wires: WireBits,
  own: readonly Operand[],
  saved: Bit | undefined,
): readonly [select: Bit, data: Bit] {
  const values = own.map(({ bit, negative }) => {
    const value = operandBit(network, wires, bit);
    return { value: negative ? not(value) : value, inverted: negative !== isInverse(bit) };
  });
  const all = [...(saved === undefined ? [] : [saved]), ...values.map(({ value }) => value)];
  const data = saved ?? (values.find(({ inverted }) => !inverted) ?? values[0])?.value ?? ZERO;
  return [all.reduce((sum, other) => network.xor(sum, other), ZERO), data];
}

/** What the LUT of an adder has as inputs for an operand's bit: uninverted, and in front of its gate. */
function lutInputs(wires: WireBits, { source, gate }: AdderBit): readonly Bit[] {
  if (typeof source === "number") return [];
  const read = gate === undefined ? [source] : [gate.source, ...controlsOf(gate)];
  return read.map((bit) => wires.bit({ ...bit, inverted: false }));
}

/** An operand's bit as plain logic, its gate included. */
function operandBit(network: Network, wires: WireBits, { source, gate }: AdderBit): Bit {
  if (typeof source === "number") return source === 1 ? ONE : ZERO;
  if (gate === undefined) return wires.bit(source);
  const control = (bit: WireBit | undefined) => (bit === undefined ? ZERO : wires.bit(bit));
  const open = network.and(wires.bit(gate.source), not(control(gate.shut)));
  const forced = network.or(open, control(gate.set));
  return source.inverted ? not(forced) : forced;
}

function isInverse({ source }: AdderBit): boolean {
  return typeof source !== "number" && source.inverted;
}
