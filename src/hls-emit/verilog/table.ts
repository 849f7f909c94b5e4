import type { CellOf, Module, Wire } from "../../ir/circuit/circuit.js";
import { LUT_INPUTS } from "../../lower/delay.js";
import { assign, declare, literal, select } from "./vectors.js";

/**
 * The Verilog of a table: one constant for each output bit, from which the index selects, the contents of a look-up table.
 * A wide table is halved by its highest inputs until six are left; parts that are equal, or the inverse of another, are
 * there once, whatever bit they belong to. Synthesis then sees the structure that it would have to find.
 */
export function emitTable(cell: CellOf<"table">, wire: Wire, module: Module): readonly string[] {
  const index = module.wires[cell.index] as Wire;
  if (cell.ram) return emitRam(cell, wire, index);
  const lines: string[] = [];
  const known = new Map<string, string>();
  const inputs = Math.log2(cell.entries.length);

  /** The expression of a function of the `count` lowest inputs. */
  const node = (contents: bigint, count: number, leaf: string): string => {
    const size = 2 ** count;
    const ones = (1n << BigInt(size)) - 1n;
    if (inputs > LUT_INPUTS) {
      if (contents === 0n || contents === ones) return literal(contents === 0n ? 0n : 1n, 1);
      const equal = known.get(`${count},${contents}`);
      if (equal !== undefined) return equal;
      const inverse = known.get(`${count},${contents ^ ones}`);
      if (inverse !== undefined) return `~${inverse}`;
    }
    if (count <= LUT_INPUTS) {
      lines.push(`localparam [${size - 1}:0] ${leaf.toUpperCase()} = ${literal(contents, size)};`);
      const bits = select(index, 0, count);
      if (inputs <= LUT_INPUTS) return `${leaf.toUpperCase()}[${bits}]`;
      return name(`${leaf.toUpperCase()}[${bits}]`, contents, count);
    }
    const half = BigInt(size / 2);
    const [low, high] = [contents & ((1n << half) - 1n), contents >> half];
    if (low === high) return node(low, count - 1, leaf);
    const [zero, one] = [node(low, count - 1, `${leaf}_0`), node(high, count - 1, `${leaf}_1`)];
    return name(`${select(index, count - 1, 1)} ? ${one} : ${zero}`, contents, count);
  };
  const name = (expression: string, contents: bigint, count: number): string => {
    const own = `${wire.name}_n${known.size}`;
    lines.push(`wire ${own} = ${expression};`);
    known.set(`${count},${contents}`, own);
    return own;
  };

  const bits = Array.from({ length: wire.width }, (_, bit) => {
    const digits = cell.entries.map((entry) => ((entry >> BigInt(bit)) & 1n ? "1" : "0")).toReversed();
    return node(BigInt(`0b${digits.join("")}`), inputs, `${wire.name}_b${bit}`);
  });
  return [...lines, ...assign(wire, `{${bits.toReversed().join(", ")}}`)];
}

/** A table in block RAM, as synthesis tools know it: a memory that is only read, into a register. */
function emitRam({ entries }: CellOf<"table">, wire: Wire, index: Wire): readonly string[] {
  const memory = `${wire.name}_rom`;
  return [
    `(* rom_style = "block" *) ${declare("reg", wire.width, memory)} [0:${entries.length - 1}];`,
    "initial begin",
    ...entries.map((entry, i) => `  ${memory}[${i}] = ${literal(entry, wire.width)};`),
    "end",
    ...assign(wire, `${memory}[${index.name}]`),
  ];
}
