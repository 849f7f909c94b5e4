import type { Module, Wire, WireId } from "../../ir/circuit/circuit.js";

/** A vector declaration: `wire [7:0] name`. */
export function declare(kind: string, width: number, name: string): string {
  return width === 1 ? `${kind} ${name}` : `${kind} [${width - 1}:0] ${name}`;
}

/** An integer as an unsigned literal of `width` bits, in two's complement. */
export function literal(value: bigint, width: number): string {
  return `${width}'h${BigInt.asUintN(width, value).toString(16)}`;
}

/**
 * Wire `id` times 2^shift, rounded down, as a vector of exactly `width` bits, sign- or zero-extended. All arithmetic is
 * done on such vectors modulo 2^width, so no expression depends on Verilog's rules of signedness and context.
 */
export function extend(module: Module, id: WireId, shift: number, width: number): string {
  const wire = module.wires[id] as Wire;
  const [up, low] = [Math.max(0, shift), Math.max(0, -shift)];
  if (wire.cell.op === "constant") return literal((wire.cell.value << BigInt(up)) >> BigInt(low), width);
  // A value that loses all its bits keeps its sign.
  if (low >= wire.width) return wire.signed ? repeat(top(wire), width) : literal(0n, width);
  const kept = Math.min(wire.width - low, width - up);
  if (kept <= 0) return literal(0n, width);
  const bits = select(wire, low, kept);
  const missing = width - up - kept;
  const parts: string[] = [];
  if (missing > 0) parts.push(wire.signed ? repeat(top(wire), missing) : literal(0n, missing));
  parts.push(bits);
  if (up > 0) parts.push(literal(0n, up));
  return parts.length === 1 ? bits : `{${parts.join(", ")}}`;
}

/** A bit `count` times over. */
export function repeat(bit: string, count: number): string {
  return count === 1 ? bit : `{${count}{${bit}}}`;
}

export function top(wire: Wire): string {
  return wire.width === 1 ? wire.name : `${wire.name}[${wire.width - 1}]`;
}

export function select(wire: Wire, low: number, width: number): string {
  if (wire.width === width) return wire.name;
  return width === 1 ? `${wire.name}[${low}]` : `${wire.name}[${low + width - 1}:${low}]`;
}

export function assign(wire: Wire, expression: string): readonly string[] {
  return [`${declare("wire", wire.width, wire.name)} = ${expression};`];
}
