import type { CellOf, CellOp, Module, Wire, WireId } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";

/** The Verilog of one wire: declarations and assignments, one line each. */
export type CellEmitter<Op extends CellOp> = (
  cell: CellOf<Op>,
  wire: Wire,
  module: Module,
) => readonly string[];

/** A vector declaration: `wire [7:0] name`. */
export function declare(kind: string, width: number, name: string): string {
  return width === 1 ? `${kind} ${name}` : `${kind} [${width - 1}:0] ${name}`;
}

/** An integer as an unsigned literal of `width` bits, in two's complement. */
export function literal(value: bigint, width: number): string {
  return `${width}'h${BigInt.asUintN(width, value).toString(16)}`;
}

/**
 * Wire `id` times 2^shift as a vector of exactly `width` bits, sign- or zero-extended. All arithmetic is done on such
 * vectors modulo 2^width, so no expression depends on Verilog's rules of signedness and context.
 */
function extend(module: Module, id: WireId, shift: number, width: number): string {
  const wire = module.wires[id] as Wire;
  if (wire.cell.op === "constant") return literal(wire.cell.value << BigInt(shift), width);
  const kept = Math.min(wire.width, width - shift);
  if (kept <= 0) return literal(0n, width);
  const bits = kept === wire.width ? wire.name : select(wire, 0, kept);
  const missing = width - shift - kept;
  const parts: string[] = [];
  if (missing > 0) parts.push(wire.signed ? repeat(top(wire), missing) : literal(0n, missing));
  parts.push(bits);
  if (shift > 0) parts.push(literal(0n, shift));
  return parts.length === 1 ? bits : `{${parts.join(", ")}}`;
}

/** A bit `count` times over. */
function repeat(bit: string, count: number): string {
  return count === 1 ? bit : `{${count}{${bit}}}`;
}

function top(wire: Wire): string {
  return wire.width === 1 ? wire.name : `${wire.name}[${wire.width - 1}]`;
}

function select(wire: Wire, low: number, width: number): string {
  if (wire.width === width) return wire.name;
  return width === 1 ? `${wire.name}[${low}]` : `${wire.name}[${low + width - 1}:${low}]`;
}

function assign(wire: Wire, expression: string): readonly string[] {
  return [`${declare("wire", wire.width, wire.name)} = ${expression};`];
}

/** The emitter of each cell. A missing entry is a type error. */
export const CELL_EMITTERS: { readonly [Op in CellOp]: CellEmitter<Op> } = {
  input: () => [],
  port: () => [],
  // Constants are written where they are used, except for those that a slice or an instance reads.
  constant: (cell, wire) => assign(wire, literal(cell.value, wire.width)),
  slice: (cell, wire, module) =>
    assign(wire, select(module.wires[cell.source] as Wire, cell.low, wire.width)),
  concat: (cell, wire, module) =>
    assign(
      wire,
      `{${cell.parts
        .map((id) => (module.wires[id] as Wire).name)
        .toReversed()
        .join(", ")}}`,
    ),
  add: (cell, wire, module) => assign(wire, sum(cell, "+", wire, module)),
  sub: (cell, wire, module) => assign(wire, sum(cell, "-", wire, module)),
  add3: (cell, wire, module) => {
    const of = (id: WireId, shift: number) => extend(module, id, shift, wire.width);
    const [b, c] = [of(cell.b, cell.shiftB), of(cell.c, cell.shiftC)];
    return assign(
      wire,
      `${of(cell.a, cell.shiftA)} ${cell.negateB ? "-" : "+"} ${b} ${cell.negateC ? "-" : "+"} ${c}`,
    );
  },
  // Modulo 2^width, the product of extended operands is the product of the signed values.
  mul: (cell, wire, module) =>
    assign(wire, `${extend(module, cell.a, 0, wire.width)} * ${extend(module, cell.b, 0, wire.width)}`),
  shift: (cell, wire, module) => {
    if (cell.by >= 0) return assign(wire, extend(module, cell.a, cell.by, wire.width));
    const source = module.wires[cell.a] as Wire;
    const low = -cell.by;
    // A value that loses all its bits keeps its sign.
    if (low >= source.width)
      return assign(wire, source.signed ? repeat(top(source), wire.width) : literal(0n, wire.width));
    const kept = Math.min(source.width - low, wire.width);
    const bits = select(source, low, kept);
    const missing = wire.width - kept;
    const sign = source.signed ? repeat(top(source), missing) : literal(0n, missing);
    return assign(wire, missing === 0 ? bits : `{${sign}, ${bits}}`);
  },
  atleast: (cell, wire, module) => {
    const source = module.wires[cell.a] as Wire;
    if (!source.signed) return assign(wire, `${source.name} >= ${literal(cell.level, source.width)}`);
    if (cell.level === 0n) return assign(wire, `~${top(source)}`);
    const level = `$signed(${literal(cell.level, source.width)})`;
    return assign(wire, `$signed(${source.name}) >= ${level}`);
  },
  mux: (cell, wire, module) => {
    const choose = (id: WireId) => extend(module, id, 0, wire.width);
    return assign(
      wire,
      `${(module.wires[cell.select] as Wire).name} ? ${choose(cell.yes)} : ${choose(cell.no)}`,
    );
  },
  table: (cell, wire, module) => {
    const index = (module.wires[cell.index] as Wire).name;
    const size = cell.entries.length;
    // One constant for each output bit: the contents of a look-up table.
    const bits = Array.from({ length: wire.width }, (_, bit) => {
      const contents = cell.entries.reduce(
        (all, entry, i) => all | (((entry >> BigInt(bit)) & 1n) << BigInt(i)),
        0n,
      );
      return { name: `${wire.name}_b${bit}`.toUpperCase(), contents };
    });
    return [
      ...bits.map(({ name, contents }) => `localparam [${size - 1}:0] ${name} = ${literal(contents, size)};`),
      ...assign(
        wire,
        `{${bits
          .map(({ name }) => `${name}[${index}]`)
          .toReversed()
          .join(", ")}}`,
      ),
    ];
  },
  register: (cell, wire, module) => {
    const source = extend(module, cell.source, 0, wire.width);
    return [
      `${declare("reg", wire.width, wire.name)};`,
      `always @(posedge clk) ${wire.name} <= ${cell.reset ? `rst ? ${literal(0n, wire.width)} : ` : ""}${source};`,
    ];
  },
};

function sum(cell: CellOf<"add" | "sub">, sign: string, wire: Wire, module: Module): string {
  const a = module.wires[cell.a] as Wire;
  const b = extend(module, cell.b, cell.shiftB, wire.width);
  if (sign === "-" && a.cell.op === "constant" && a.cell.value === 0n) return `-${b}`;
  return `${extend(module, cell.a, cell.shiftA, wire.width)} ${sign} ${b}`;
}

/** The lines of a wire. */
export function emitWire(wire: Wire, module: Module): readonly string[] {
  const emitter = CELL_EMITTERS[wire.cell.op] as CellEmitter<CellOp> | undefined;
  if (emitter === undefined) throw new InternalError(`no Verilog for '${wire.cell.op}'`);
  return emitter(wire.cell as never, wire, module);
}
