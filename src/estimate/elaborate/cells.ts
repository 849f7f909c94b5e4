import type { CellOf, Wire, WireId } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";
import { LUT_INPUTS } from "../../lower/delay.js";
import { NOTHING } from "../counts.js";
import { type Bit, not, ZERO } from "../network.js";
import { blockRams } from "../primitives.js";
import { diagramAnds, isWide } from "../rewritten.js";
import { chainSum } from "./chain-adder.js";
import type { Logic } from "./logic.js";
import { primitiveSum } from "./primitive-adder.js";
import type { Readers } from "./readers.js";
import type { Sums } from "./sums.js";
import type { WireBits } from "./wire-bits.js";
import { constantBits } from "./words.js";

/** The bits of a module's cells, each from those of the wires before it. */
export class Cells {
  private readonly logic: Logic;
  private readonly wires: WireBits;
  private readonly sums: Sums;
  private readonly readers: Readers;

  constructor(logic: Logic, wires: WireBits, sums: Sums, readers: Readers) {
    this.logic = logic;
    this.wires = wires;
    this.sums = sums;
    this.readers = readers;
  }

  /** The bits of a wire, by its cell. */
  of(id: WireId): readonly Bit[] {
    const { logic, wires } = this;
    const wire = wires.wire(id);
    const { cell, width } = wire;
    switch (cell.op) {
      case "constant":
        return constantBits(cell.value, width);
      case "slice":
        return wires.of(cell.source).slice(cell.low, cell.low + width);
      case "concat":
        return cell.parts.flatMap((part) => wires.of(part));
      case "shift":
        return wires.scaled(cell.a, cell.by, width);
      case "ahead":
        return wires.of(cell.source);
      case "dspout":
      case "ramout":
        return wires.of(cell.a);
      case "offset":
        return this.offset(cell, width);
      case "add":
      case "sub":
      case "add3": {
        const adder = this.sums.primitives.get(wire);
        return adder === undefined
          ? chainSum(logic.arithmetic, wires, this.sums, id)
          : primitiveSum(logic, wires, adder, width);
      }
      case "mul":
        return cell.dsp ? this.dspProduct(cell, width) : this.product(cell, width);
      case "atleast":
        return [
          logic.arithmetic.atLeast(wires.of(cell.a), wires.wire(cell.a).signed, cell.level, LUT_INPUTS),
        ];
      case "mux":
        return this.mux(cell, width, this.readers.get(id) ?? []);
      case "choose":
        return this.choice(cell, width);
      case "table":
        return cell.ram ? this.ram(cell, width) : this.table(cell, width);
      case "register":
        // The register of a block RAM is inside it.
        if (isRam(wires.wire(cell.source))) return wires.of(cell.source);
        return wires.scaled(cell.source, 0, width).map((bit) => logic.flipFlops.register(bit, cell.reset));
      case "input":
      case "port":
        throw new InternalError(`'${cell.op}' has its bits from outside`);
    }
  }

  private offset({ a, negate }: CellOf<"offset">, width: number): readonly Bit[] {
    const { signed } = this.wires.wire(a);
    return this.wires.of(a).map((bit, i) => ((signed && i === width - 1) !== negate ? not(bit) : bit));
  }

  private mux({ select, yes, no }: CellOf<"mux">, width: number, readers: readonly number[]): readonly Bit[] {
    const { logic, wires } = this;
    const [control] = wires.of(select) as readonly [Bit];
    const others = wires.scaled(no, 0, width);
    const chosen = wires
      .scaled(yes, 0, width)
      .map((bit, i) => logic.flipFlops.choose(control, bit, others[i] as Bit, readers[i]));
    if ([yes, no].some((side) => wires.wire(side).cell.op === "choose")) logic.choice(chosen);
    return chosen;
  }

  private choice({ index, options }: CellOf<"choose">, width: number): readonly Bit[] {
    const { flipFlops } = this.logic;
    const [low, high] = this.wires.of(index) as readonly [Bit, Bit];
    const [none, first, second, both] = options.map((option) => this.wires.scaled(option, 0, width));
    const chosen = Array.from({ length: width }, (_, i) =>
      flipFlops.choose(
        high,
        flipFlops.choose(low, both?.[i] as Bit, second?.[i] as Bit),
        flipFlops.choose(low, first?.[i] as Bit, none?.[i] as Bit),
      ),
    );
    this.logic.choice(chosen);
    return chosen;
  }

  private table(cell: CellOf<"table">, width: number): readonly Bit[] {
    const { network, tables } = this.logic;
    const index = this.wires.of(cell.index);
    const from = network.size;
    const bits = Array.from({ length: width }, (_, bit) => network.table(index, truthOf(cell.entries, bit)));
    const to = network.size;
    if (index.length > LUT_INPUTS && to > from && isWide(cell, width, index))
      tables.push({ from, to, ands: diagramAnds(cell.entries, width) });
    return bits;
  }

  private ram({ index, entries }: CellOf<"table">, width: number): readonly Bit[] {
    const bram = blockRams(width, entries.length);
    return this.logic.part(entries.join(), { ...NOTHING, bram }, this.wires.of(index), width);
  }

  private dspProduct({ a, b }: CellOf<"mul">, width: number): readonly Bit[] {
    const [left, right] = [this.wires.of(a), this.wires.of(b)];
    const signs = [a, b].map((id) => this.wires.wire(id).signed);
    const key = `product|${left.length}|${signs}|${width}`;
    return this.logic.part(key, { ...NOTHING, dsp: 1 }, [...left, ...right], width);
  }

  /** The rows of partial products of both operands as wide as the product, added up modulo 2^width. */
  private product({ a, b }: CellOf<"mul">, width: number): readonly Bit[] {
    const { network, arithmetic } = this.logic;
    const [left, right] = [this.wires.scaled(a, 0, width), this.wires.scaled(b, 0, width)];
    const rows = right.map((bit, i) => ({
      bits: [
        ...new Array<Bit>(i).fill(ZERO),
        ...left.slice(0, width - i).map((other) => network.and(bit, other)),
      ],
      negative: false,
    }));
    return arithmetic.sum(rows, width);
  }
}

function isRam({ cell }: Wire): boolean {
  return cell.op === "table" && cell.ram;
}

/** Bit `bit` of all entries, as a table. */
function truthOf(entries: readonly bigint[], bit: number): bigint {
  const digits = entries.map((entry) => ((entry >> BigInt(bit)) & 1n).toString());
  return BigInt(`0b${digits.toReversed().join("")}`);
}
