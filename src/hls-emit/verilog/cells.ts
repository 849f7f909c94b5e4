import { type Adder, addersOf } from "../../ir/circuit/adders.js";
import type { CellOf, CellOp, Module, Wire, WireId } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";
import { emitAdder, isFolded } from "./add3.js";
import { emitTable } from "./table.js";
import { assign, declare, extend, literal, select, top } from "./vectors.js";

/** The Verilog of one wire: declarations and assignments, one line each. */
export type CellEmitter<Op extends CellOp> = (
  cell: CellOf<Op>,
  wire: Wire,
  module: Module,
) => readonly string[];

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
  add: (cell, wire, module) => emitSum(cell, "+", wire, module),
  sub: (cell, wire, module) => emitSum(cell, "-", wire, module),
  add3: (_, wire, module) => emitAdder(addersOf(module).get(wire) as Adder, wire, module),
  offset: (cell, wire, module) => {
    if (isFolded(wire, module)) return [];
    const { name, width, signed } = module.wires[cell.a] as Wire;
    if (width === 1) return assign(wire, signed === cell.negate ? name : `~${name}`);
    const rest = `${name}[${width - 2}:0]`;
    if (signed)
      return assign(
        wire,
        cell.negate ? `{${name}[${width - 1}], ~${rest}}` : `{~${name}[${width - 1}], ${rest}}`,
      );
    return assign(wire, cell.negate ? `~${name}` : name);
  },
  // Modulo 2^width, the product of extended operands is the product of the signed values.
  mul: (cell, wire, module) => {
    if (cell.dsp) return emitDspProduct(cell, wire, module);
    return assign(
      wire,
      `${extend(module, cell.a, 0, wire.width)} * ${extend(module, cell.b, 0, wire.width)}`,
    );
  },
  ramout: (cell, wire, module) => assign(wire, (module.wires[cell.a] as Wire).name),
  dspout: (cell, wire, module) => assign(wire, (module.wires[cell.a] as Wire).name),
  shift: (cell, wire, module) => assign(wire, extend(module, cell.a, cell.by, wire.width)),
  atleast: (cell, wire, module) => {
    const source = module.wires[cell.a] as Wire;
    // Verilator warns of a comparison that is always true.
    if (!source.signed && cell.level === 0n) return assign(wire, literal(1n, 1));
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
  choose: (cell, wire, module) => {
    const [none, first, second, both] = cell.options.map((id) => extend(module, id, 0, wire.width));
    const { name } = module.wires[cell.index] as Wire;
    return assign(
      wire,
      `${name}[1] ? (${name}[0] ? ${both} : ${second}) : (${name}[0] ? ${first} : ${none})`,
    );
  },
  ahead: (cell, wire, module) => assign(wire, (module.wires[cell.source] as Wire).name),
  table: emitTable,
  register: (cell, wire, module) => {
    const source = extend(module, cell.source, 0, wire.width);
    return [
      `${declare("reg", wire.width, wire.name)};`,
      `always @(posedge clk) ${wire.name} <= ${cell.reset ? `rst ? ${literal(0n, wire.width)} : ` : ""}${source};`,
    ];
  },
};

function emitSum(cell: CellOf<"add" | "sub">, sign: string, wire: Wire, module: Module): readonly string[] {
  const adder = addersOf(module).get(wire);
  if (adder !== undefined) return emitAdder(adder, wire, module);
  const a = module.wires[cell.a] as Wire;
  const b = extend(module, cell.b, cell.shiftB, wire.width);
  if (sign === "-" && a.cell.op === "constant" && a.cell.value === 0n) return assign(wire, `-${b}`);
  return assign(wire, `${extend(module, cell.a, cell.shiftA, wire.width)} ${sign} ${b}`);
}

/**
 * A product as synthesis tools know that of a DSP (AMD UG901): signed operands of their own widths, which Verilog extends. The
 * attribute keeps it out of LUTs.
 */
function emitDspProduct(cell: CellOf<"mul">, wire: Wire, module: Module): readonly string[] {
  const operand = (id: WireId) => {
    const { name, signed } = module.wires[id] as Wire;
    return signed ? `$signed(${name})` : `$signed({1'b0, ${name}})`;
  };
  return [
    `(* use_dsp = "yes" *) ${declare("wire", wire.width, wire.name)};`,
    "/* verilator lint_off WIDTH */",
    `assign ${wire.name} = ${operand(cell.a)} * ${operand(cell.b)};`,
    "/* verilator lint_on WIDTH */",
  ];
}

/** The lines of a wire. */
export function emitWire(wire: Wire, module: Module): readonly string[] {
  const emitter = CELL_EMITTERS[wire.cell.op] as CellEmitter<CellOp> | undefined;
  if (emitter === undefined) throw new InternalError(`no Verilog for '${wire.cell.op}'`);
  return emitter(wire.cell as never, wire, module);
}
