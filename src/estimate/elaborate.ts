import type { Addend } from "../ir/circuit/addends.js";
import { type Adder, type AdderBit, addersOf } from "../ir/circuit/adders.js";
import { controlsOf, type WireBit } from "../ir/circuit/bit-sources.js";
import {
  type CellOf,
  type Circuit,
  type Instance,
  isFeedback,
  type Module,
  type Wire,
  type WireId,
} from "../ir/circuit/circuit.js";
import { lookUp, PRIMITIVES } from "../ir/circuit/primitives/index.js";
import { type WindowParameters, windowWidth } from "../ir/circuit/primitives/window.js";
import { InternalError } from "../ir/errors.js";
import { LUT_INPUTS } from "../lower/delay.js";
import type { Target } from "../lower/target.js";
import { Arithmetic } from "./arithmetic.js";
import { NOTHING, type Resources } from "./counts.js";
import { type GatherInputs, gatherBits } from "./gather.js";
import type { Logic, Part } from "./logic.js";
import { type Bit, isConstant, Network, nodeOf, not, ONE, ZERO } from "./network.js";
import { blockRams, type CountedPrimitive, primitiveResources } from "./primitives.js";
import { diagramAnds, isWide, type WideTable } from "./rewritten.js";
import { type ScatterInputs, scatterBits } from "./scatter.js";
import { type Sums, sumsOf } from "./sums.js";

/** Groups of four bits of a CARRY8. */
const CARRY8_GROUPS = 2;

/** A flip-flop: a leaf of the network, what it takes in and what sets it to its reset value instead. */
export interface FlipFlop {
  readonly output: Bit;
  readonly data: Bit;
  readonly reset: Bit;
}

/** A multiplexer of a word of which one side is a constant in this bit. */
interface Gate {
  /** The bit is `value` while this is 1, else `other`. */
  readonly control: Bit;
  readonly value: Bit;
  readonly other: Bit;
}

/** A module that stays a block of its own, where it is used many times: its copies are all the same. */
export interface Block {
  readonly module: string;
  /** Of each input bit, the constant that it is, or undefined. */
  readonly constants: readonly (Bit | undefined)[];
  readonly inputs: readonly Bit[];
  readonly outputs: readonly Bit[];
}

/** A module as single bits: what a synthesis tool maps to LUTs, carry chains and flip-flops. */
export interface Elaborated {
  readonly network: Network;
  readonly arithmetic: Arithmetic;
  readonly flipFlops: readonly FlipFlop[];
  readonly blocks: readonly Block[];
  readonly parts: readonly Part[];
  /** In the order of their nodes. */
  readonly tables: readonly WideTable[];
  /** The nodes of multiplexers that choose one of many. */
  readonly choices: ReadonlySet<number>;
  readonly outputs: readonly Bit[];
}

/** What a block gives out when some of its inputs are constant: a constant, or undefined. */
export type BlockOutputs = (
  module: string,
  constants: readonly (Bit | undefined)[],
) => readonly (Bit | undefined)[];

/** Turns a module into bits. Instances of modules in `blocks` stay blocks; all others are put in their place. */
export function elaborate(
  circuit: Circuit,
  name: string,
  constants: readonly (Bit | undefined)[],
  blocks: ReadonlySet<string>,
  outputsOf: BlockOutputs,
  target: Target,
): Elaborated {
  const elaborator = new Elaborator(circuit, blocks, outputsOf, target);
  const inputs = constants.map((value) => value ?? elaborator.network.leaf());
  const outputs = elaborator.module(elaborator.named(name), inputs);
  return { ...elaborator, outputs };
}

/** The input ports of a module, in order. */
export function inputsOf(module: Module): readonly Wire[] {
  return module.wires.filter(({ cell }) => cell.op === "input");
}

class Elaborator implements Logic {
  readonly network = new Network();
  readonly arithmetic = new Arithmetic(this.network);
  readonly flipFlops: FlipFlop[] = [];
  readonly blocks: Block[] = [];
  readonly parts: Part[] = [];
  readonly tables: WideTable[] = [];
  readonly choices = new Set<number>();
  private readonly registers = new Map<string | number, Bit>();
  private readonly gates = new Map<Bit, Gate>();
  /** Parts that are one where they are equal. */
  private readonly shared = new Map<string, readonly Bit[]>();
  private resetPort: Bit | undefined;
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly sums = new Map<string, Sums>();
  private readonly kept: ReadonlySet<string>;
  private readonly outputsOf: BlockOutputs;
  readonly target: Target;

  constructor(circuit: Circuit, kept: ReadonlySet<string>, outputsOf: BlockOutputs, target: Target) {
    this.kept = kept;
    this.outputsOf = outputsOf;
    this.target = target;
    this.modules = new Map(circuit.modules.map((module) => [module.name, module]));
  }

  named(name: string): Module {
    const module = this.modules.get(name);
    if (module === undefined) throw new InternalError(`no module '${name}'`);
    return module;
  }

  /** The bits of a module's outputs, all ports side by side, from those of its inputs. */
  module(module: Module, inputs: readonly Bit[]): readonly Bit[] {
    const bits: (readonly Bit[])[] = [];
    const known = this.sums.get(module.name);
    const sums = known ?? sumsOf(module, this.target);
    this.sums.set(module.name, sums);
    const ports = new Map<number, ReadonlyMap<string, readonly Bit[]>>();
    let at = 0;
    module.wires.forEach((wire, id) => {
      const { cell, width } = wire;
      if (cell.op === "input") {
        bits.push(inputs.slice(at, at + width));
        at += width;
      } else if (cell.op === "port") {
        const outputs = ports.get(cell.instance) ?? this.instance(module, cell.instance, bits);
        ports.set(cell.instance, outputs);
        bits.push(outputs.get(cell.port) as readonly Bit[]);
      } else if (isFeedback(wire, id)) {
        bits.push(Array.from({ length: width }, () => this.network.leaf()));
      } else {
        bits.push(new Cells(this, module, bits, sums).of(id));
      }
    });
    module.wires.forEach((wire, id) => {
      if (wire.cell.op !== "register" || !isFeedback(wire, id)) return;
      const { source, reset } = wire.cell;
      for (const [i, output] of (bits[id] as readonly Bit[]).entries()) {
        const { data, reset: clear } = this.flipFlop(bits[source]?.[i] as Bit, reset);
        this.flipFlops.push({ output, data, reset: clear });
      }
    });
    return module.outputs.flatMap(({ wire }) => bits[wire] as readonly Bit[]);
  }

  /** The port `rst`. */
  get rst(): Bit {
    this.resetPort ??= this.network.leaf();
    return this.resetPort;
  }

  /** Remembers that a bit of a multiplexer is constant on one side. */
  gate(result: Bit, gate: Gate): void {
    // A choice that comes to its other side is none; what stands later than its other side leads to no circle.
    if (!isConstant(result) && nodeOf(result) > nodeOf(gate.other)) this.gates.set(result, gate);
  }

  /** The output of a register; equal ones are one, and one that is always the same is no flip-flop. */
  register(source: Bit, external: boolean): Bit {
    const { data, reset, value } = this.flipFlop(source, external);
    // Without a start value a constant register is its constant.
    if (isConstant(data) && (reset === ZERO || data === value)) return data;
    // Most have no reset: a number as key takes a fraction of the memory.
    const key = reset === ZERO ? data : `${data},${reset},${value ?? ""}`;
    const found = this.registers.get(key);
    if (found !== undefined) return found;
    const output = this.network.leaf();
    this.registers.set(key, output);
    this.flipFlops.push({ output, data, reset });
    return output;
  }

  /**
   * What a flip-flop takes in, and when it takes the value of its reset instead. Multiplexers in front of it that choose a
   * constant become its synchronous reset, all those that choose the same one (Yosys' `opt_dff`).
   */
  private flipFlop(
    source: Bit,
    external: boolean,
  ): Omit<FlipFlop, "output"> & { readonly value: Bit | undefined } {
    let [data, reset] = [source, external ? this.rst : ZERO];
    let value: Bit | undefined = external ? ZERO : undefined;
    for (let gate = this.gates.get(data); gate !== undefined; gate = this.gates.get(data)) {
      if (value !== undefined && gate.value !== value) break;
      value = gate.value;
      reset = this.network.or(reset, gate.control);
      data = gate.other;
    }
    return { data, reset, value };
  }

  private instance(
    module: Module,
    index: number,
    bits: readonly (readonly Bit[])[],
  ): ReadonlyMap<string, readonly Bit[]> {
    const { of, inputs: connections } = module.instances[index] as Instance;
    const connected = new Map(connections.map(({ port, wire }) => [port, bits[wire] as readonly Bit[]]));
    if ("window" in of) return this.window(of.window, connected);
    if ("gather" in of) return new Map([["out_data", gatherBits(this, of.gather, tablePorts(connected))]]);
    if ("scatter" in of) return new Map([["out_data", scatterBits(this, of.scatter, tablePorts(connected))]]);
    if (!("module" in of)) return this.primitive(of, connected);
    const inner = this.named(of.module);
    const inputs = inputsOf(inner).flatMap(({ name }) => connected.get(name) as readonly Bit[]);
    const outputs = this.kept.has(inner.name) ? this.block(inner, inputs) : this.module(inner, inputs);
    let at = 0;
    return new Map(
      inner.outputs.map(({ name, wire }) => {
        const { width } = inner.wires[wire] as Wire;
        at += width;
        return [name, outputs.slice(at - width, at)];
      }),
    );
  }

  /** A primitive that is counted as a whole. */
  private primitive(
    of: CountedPrimitive,
    connected: ReadonlyMap<string, readonly Bit[]>,
  ): ReadonlyMap<string, readonly Bit[]> {
    const { inputs, outputs } = lookUp(PRIMITIVES, of);
    const leaves = outputs.map(({ port, width }) => {
      const bits = Array.from({ length: width }, () => this.network.leaf());
      return [port, bits] as const;
    });
    this.parts.push({
      resources: primitiveResources(of),
      inputs: inputs.flatMap(({ port }) => connected.get(port) as readonly Bit[]),
      outputs: leaves.flatMap(([, bits]) => bits),
    });
    return new Map(leaves);
  }

  part(key: string, resources: Resources, inputs: readonly Bit[], width: number): readonly Bit[] {
    const name = `${key} ${Object.values(resources)} ${inputs.join()}`;
    const known = this.shared.get(name);
    if (known !== undefined) return known;
    const outputs = Array.from({ length: width }, () => this.network.leaf());
    this.shared.set(name, outputs);
    this.place({ resources, inputs, outputs });
    return outputs;
  }

  place(part: Part): void {
    this.parts.push(part);
  }

  where(control: Bit, bits: readonly Bit[]): readonly Bit[] {
    return bits.map((bit) => {
      const result = this.network.and(control, bit);
      this.gate(result, { control: not(control), value: ZERO, other: bit });
      return result;
    });
  }

  private block(module: Module, inputs: readonly Bit[]): readonly Bit[] {
    const constants = inputs.map((bit) => (isConstant(bit) ? bit : undefined));
    const outputs = this.outputsOf(module.name, constants).map((value) => value ?? this.network.leaf());
    this.blocks.push({ module: module.name, constants, inputs, outputs });
    return outputs;
  }

  /** The window buffer of templates/verilog/l1c_window.v. */
  private window(
    parameters: WindowParameters,
    inputs: ReadonlyMap<string, readonly Bit[]>,
  ): ReadonlyMap<string, readonly Bit[]> {
    const { network } = this;
    const { bits, columns, last, before, after } = parameters;
    const [past, ahead] = [Math.ceil(before / columns), Math.ceil(after / columns)];
    const looks = last < columns && before + after > 0 ? 1 : 0;
    const depth = past + 1 + ahead + looks;
    const centre = ahead + looks;
    const input = (port: string) => inputs.get(port) as readonly Bit[];
    const [inValid, inFirst] = [input("in_valid")[0] as Bit, input("in_first")[0] as Bit];
    const shifted = (start: Bit, reset: boolean) => {
      const chain: Bit[] = [];
      for (let age = 0; age < depth; age++) chain.push(this.register(chain[age - 1] ?? start, reset));
      return chain;
    };
    const valid = shifted(inValid, true);
    const first = shifted(network.and(inFirst, inValid), true);
    const data = input("in_data").map((bit) => shifted(bit, false));
    const all = (list: readonly Bit[]) => list.reduce((result, bit) => network.and(result, bit), ONE);
    const belongs = (distance: number): Bit => {
      if (distance === 0) return ONE;
      const from = distance < 0 ? centre : centre - distance;
      const span = Math.abs(distance);
      const valids = valid.slice(distance < 0 ? from + 1 : from, (distance < 0 ? from + 1 : from) + span);
      return all([...first.slice(from, from + span).map(not), ...valids]);
    };
    const out: Bit[] = [];
    for (let column = 0; column < before + columns + after; column++) {
      const from = column - before + past * columns;
      const [distance, place] = [Math.floor(from / columns), from % columns];
      const age = centre + past - distance;
      const same = belongs(distance - past);
      const kept =
        looks === 1 && place >= last ? all([same, valid[age - 1] as Bit, not(first[age - 1] as Bit)]) : same;
      for (let i = 0; i < bits; i++) out.push(network.and(data[place * bits + i]?.[age] as Bit, kept));
    }
    if (out.length !== windowWidth(parameters)) throw new InternalError("a window of another width");
    return new Map([
      ["out_valid", [valid[centre] as Bit]],
      ["out_first", [first[centre] as Bit]],
      ["out_data", out],
    ]);
  }
}

/** The inputs of a gather or a scatter. */
function tablePorts(connected: ReadonlyMap<string, readonly Bit[]>): GatherInputs & ScatterInputs {
  const [push, data, index, pop] = ["in_push", "in_data", "in_index", "in_pop"].map(
    (port) => connected.get(port) as readonly Bit[],
  ) as [readonly [Bit], readonly Bit[], readonly Bit[], readonly [Bit]];
  return { push: push[0], data, index, pop: pop[0] };
}

/** The bits of one cell of a module, from those of the wires before it. */
class Cells {
  private readonly elaborator: Elaborator;
  private readonly module: Module;
  private readonly bits: readonly (readonly Bit[])[];
  private readonly sums: Sums;

  constructor(elaborator: Elaborator, module: Module, bits: readonly (readonly Bit[])[], sums: Sums) {
    this.elaborator = elaborator;
    this.module = module;
    this.bits = bits;
    this.sums = sums;
  }

  of(id: WireId): readonly Bit[] {
    const { network, arithmetic } = this.elaborator;
    const { cell, width } = this.module.wires[id] as Wire;
    switch (cell.op) {
      case "constant":
        return constantBits(cell.value, width);
      case "slice":
        return (this.bits[cell.source] as readonly Bit[]).slice(cell.low, cell.low + width);
      case "concat":
        return cell.parts.flatMap((part) => this.bits[part] as readonly Bit[]);
      case "shift":
        return this.extended(cell.a, cell.by, width);
      case "ahead":
        return this.bits[cell.source] as readonly Bit[];
      case "add":
      case "sub":
      case "add3": {
        const adder = this.elaborator.target === "ultrascale" ? this.adderOf(id) : undefined;
        return adder === undefined ? this.sum(id) : this.primitiveSum(adder, width);
      }
      case "offset": {
        const { signed } = this.module.wires[cell.a] as Wire;
        const source = this.bits[cell.a] as readonly Bit[];
        return source.map((bit, i) => ((signed && i === width - 1) !== cell.negate ? not(bit) : bit));
      }
      case "mul":
        if (cell.dsp) return this.dspProduct(cell, width);
        return this.product(cell, width);
      case "dspout":
        return this.bits[cell.a] as readonly Bit[];
      case "atleast": {
        const source = this.module.wires[cell.a] as Wire;
        const bits = this.bits[cell.a] as readonly Bit[];
        return [arithmetic.atLeast(bits, source.signed, cell.level, LUT_INPUTS)];
      }
      case "mux": {
        const [select] = this.bits[cell.select] as readonly Bit[];
        const [yes, no] = [this.extended(cell.yes, 0, width), this.extended(cell.no, 0, width)];
        const chosen = yes.map((bit, i) => this.choose(select as Bit, bit, no[i] as Bit));
        const isChoice = (side: WireId) => (this.module.wires[side] as Wire).cell.op === "choose";
        if (isChoice(cell.yes) || isChoice(cell.no)) this.mark(chosen);
        return chosen;
      }
      case "choose": {
        const [low, high] = this.bits[cell.index] as readonly [Bit, Bit];
        const options = cell.options.map((option) => this.extended(option, 0, width));
        const [none, first, second, both] = options as [readonly Bit[], ...(readonly Bit[])[]];
        const chosen = none.map((bit, i) =>
          this.choose(
            high,
            this.choose(low, both?.[i] as Bit, second?.[i] as Bit),
            this.choose(low, first?.[i] as Bit, bit),
          ),
        );
        this.mark(chosen);
        return chosen;
      }
      case "ramout":
        return this.bits[cell.a] as readonly Bit[];
      case "table": {
        if (cell.ram) return this.ram(cell, width);
        const index = this.bits[cell.index] as readonly Bit[];
        const from = network.size;
        const bits = Array.from({ length: width }, (_, bit) =>
          network.table(index, truthOf(cell.entries, bit)),
        );
        const to = network.size;
        if (index.length > LUT_INPUTS && to > from && isWide(cell, width, index))
          this.elaborator.tables.push({ from, to, ands: diagramAnds(cell.entries, width) });
        return bits;
      }
      case "register":
        // The register of a block RAM is inside it.
        if (isRam(this.module.wires[cell.source] as Wire)) return this.bits[cell.source] as readonly Bit[];
        return this.extended(cell.source, 0, width).map((bit) => this.elaborator.register(bit, cell.reset));
      case "input":
      case "port":
        throw new InternalError(`'${cell.op}' has its bits from outside`);
    }
  }

  private choose(select: Bit, yes: Bit, no: Bit): Bit {
    const result = this.elaborator.network.mux(select, yes, no);
    if (isConstant(yes)) this.elaborator.gate(result, { control: select, value: yes, other: no });
    else if (isConstant(no)) this.elaborator.gate(result, { control: not(select), value: no, other: yes });
    return result;
  }

  private mark(chosen: readonly Bit[]): void {
    for (const bit of chosen) if (!isConstant(bit)) this.elaborator.choices.add(nodeOf(bit));
  }

  /** A wire times 2^shift, rounded down, on exactly `width` bits. */
  private extended(id: WireId, shift: number, width: number): readonly Bit[] {
    const { signed, cell } = this.module.wires[id] as Wire;
    // A constant stands in the Verilog as a literal of the width that is asked for.
    if (cell.op === "constant")
      return constantBits(shift >= 0 ? cell.value << BigInt(shift) : cell.value >> BigInt(-shift), width);
    const source = this.bits[id] as readonly Bit[];
    const fill = signed ? (source.at(-1) as Bit) : ZERO;
    return Array.from({ length: width }, (_, i) => (i < shift ? ZERO : (source[i - shift] ?? fill)));
  }

  private sum(id: WireId): readonly Bit[] {
    const { arithmetic } = this.elaborator;
    const { width } = this.module.wires[id] as Wire;
    const addends = this.sums.addends.get(id);
    // What merged into another sum, and what nothing reads.
    const demanded = this.sums.demanded[id] as number;
    if (addends === undefined || demanded === 0) return new Array<Bit>(width).fill(ZERO);
    const operand = ({ id, shift }: Addend) => this.extended(id, shift, demanded);
    const live = addends.filter((addend) => operand(addend).some((bit) => bit !== ZERO));
    const plus = live.filter(({ negative }) => !negative);
    const minus = live.filter(({ negative }) => negative);
    // A single bit can go into the carry.
    const bit = plus.length > 1 ? plus.find((addend) => this.isBit(addend)) : undefined;
    const wide = plus.filter((addend) => addend !== bit);
    const zeros = new Array<Bit>(demanded).fill(ZERO);
    const padding = new Array<Bit>(width - demanded).fill(ZERO);
    if (minus.length === 0 && wide.length <= 2) {
      const carry = bit === undefined ? ZERO : (operand(bit)[0] as Bit);
      const [a, b] = wide.map(operand);
      if (b === undefined && bit !== undefined)
        return [...arithmetic.add(a ?? zeros, operand(bit), ZERO), ...padding];
      return [...arithmetic.add(a ?? zeros, b ?? zeros, carry), ...padding];
    }
    if (minus.length === 1 && plus.length <= 1) {
      const [a, b] = [plus.map(operand)[0] ?? zeros, operand(minus[0] as Addend).map(not)];
      return [...arithmetic.add(a, b, ONE), ...padding];
    }
    const terms = addends.map((addend) => ({ bits: operand(addend), negative: addend.negative }));
    return [...arithmetic.sum(terms, demanded), ...padding];
  }

  private adderOf(id: WireId): Adder | undefined {
    return addersOf(this.module).get(this.module.wires[id] as Wire);
  }

  /**
   * The adder of templates/verilog/ultrascale/, which a tool leaves as it is: where three bits come together, or gated ones, a
   * LUT6_2 that nothing is merged into and that saves the majority of its operands for the bit above; elsewhere plain logic in
   * front of the carry chain.
   */
  private primitiveSum({ layout, bits }: Adder, size: number): readonly Bit[] {
    const { network } = this.elaborator;
    const { operands, low, below, width, topIsCarry, live } = layout;
    const length = topIsCarry ? width - 1 : width;
    const negatives = operands.filter(({ negative }) => negative).length;
    const inputs: Bit[] = [];
    const outputs: Bit[] = [];
    let luts = 0;
    let saved: Bit | undefined = negatives === 2 ? ONE : undefined;
    for (let at = 0; at < length; at++) {
      const own = operands.flatMap(({ negative }, k) =>
        (((live[k] as bigint) >> BigInt(at)) & 1n) === 0n
          ? []
          : [{ bit: bits[k]?.[at] as AdderBit, negative }],
      );
      const gated = own.some(({ bit }) => bit.gate !== undefined);
      const count = own.length + Number(saved !== undefined);
      if (count < 3 && !(gated && count === 2)) {
        const values = own.map(({ bit, negative }) => {
          const value = this.bitOf(bit);
          return { value: negative ? not(value) : value, inverted: negative !== isInverse(bit) };
        });
        const all = [...(saved === undefined ? [] : [saved]), ...values.map(({ value }) => value)];
        const data = saved ?? (values.find(({ inverted }) => !inverted) ?? values[0])?.value ?? ZERO;
        inputs.push(
          all.reduce((sum, other) => network.xor(sum, other), ZERO),
          data,
        );
        saved = undefined;
        continue;
      }
      luts++;
      if (saved !== undefined) inputs.push(saved);
      for (const { bit } of own) inputs.push(...this.inputsOf(bit));
      saved = count < 3 ? undefined : network.leaf();
      if (saved !== undefined) outputs.push(saved);
    }
    const sums = Array.from({ length: width }, () => network.leaf());
    this.elaborator.place({
      resources: { ...NOTHING, lut: luts, carry: CARRY8_GROUPS * Math.ceil(length / 8) },
      inputs,
      outputs: [...outputs, ...sums],
    });
    const passing =
      below === undefined ? new Array<Bit>(low).fill(ZERO) : this.extended(below.id, below.shift, low);
    return [...passing, ...sums].slice(0, size);
  }

  /** What the LUT of an adder has as inputs for an operand's bit: uninverted, and in front of its gate. */
  private inputsOf({ source, gate }: AdderBit): readonly Bit[] {
    if (typeof source === "number") return [];
    if (gate === undefined) return [this.wireBit({ ...source, inverted: false })];
    return [gate.source, ...controlsOf(gate)].map((bit) => this.wireBit({ ...bit, inverted: false }));
  }

  private bitOf({ source, gate }: AdderBit): Bit {
    if (typeof source === "number") return source === 1 ? ONE : ZERO;
    if (gate === undefined) return this.wireBit(source);
    const { network } = this.elaborator;
    const bit = (control: WireBit | undefined) => (control === undefined ? ZERO : this.wireBit(control));
    const open = network.and(this.wireBit(gate.source), not(bit(gate.shut)));
    const forced = network.or(open, bit(gate.set));
    return source.inverted ? not(forced) : forced;
  }

  private wireBit({ wire, bit, inverted }: WireBit): Bit {
    const own = this.bits[wire]?.[bit] as Bit;
    return inverted ? not(own) : own;
  }

  private isBit({ id, shift }: Addend): boolean {
    const { width, signed } = this.module.wires[id] as Wire;
    return width === 1 && !signed && shift === 0;
  }

  private ram({ index, entries }: CellOf<"table">, width: number): readonly Bit[] {
    const bram = blockRams(width, entries.length);
    return this.elaborator.part(
      entries.join(),
      { ...NOTHING, bram },
      this.bits[index] as readonly Bit[],
      width,
    );
  }

  private dspProduct({ a, b }: CellOf<"mul">, width: number): readonly Bit[] {
    const [left, right] = [this.bits[a] as readonly Bit[], this.bits[b] as readonly Bit[]];
    const signs = [a, b].map((id) => (this.module.wires[id] as Wire).signed);
    const key = `product|${left.length}|${signs}|${width}`;
    return this.elaborator.part(key, { ...NOTHING, dsp: 1 }, [...left, ...right], width);
  }

  /** The rows of partial products, added up; the last row of a signed operand is subtracted. */
  private product({ a, b }: CellOf<"mul">, width: number): readonly Bit[] {
    const { network, arithmetic } = this.elaborator;
    const [left, right] = [this.extended(a, 0, width), this.extended(b, 0, width)];
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

function isInverse({ source }: AdderBit): boolean {
  return typeof source !== "number" && source.inverted;
}

function isRam({ cell }: Wire): boolean {
  return cell.op === "table" && cell.ram;
}

function constantBits(value: bigint, width: number): readonly Bit[] {
  return Array.from({ length: width }, (_, i) => (((value >> BigInt(i)) & 1n) === 1n ? ONE : ZERO));
}

/** Bit `bit` of all entries, as a table. */
function truthOf(entries: readonly bigint[], bit: number): bigint {
  const digits = entries.map((entry) => ((entry >> BigInt(bit)) & 1n).toString());
  return BigInt(`0b${digits.toReversed().join("")}`);
}
