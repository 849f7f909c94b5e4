import { type Bit, isConstant, type Network, nodeOf, not, ZERO } from "../network.js";

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

/** What a flip-flop takes in, and when it takes `value` instead, where it has one. */
interface TakenIn {
  readonly data: Bit;
  readonly reset: Bit;
  readonly value: Bit | undefined;
}

/**
 * The flip-flops of a network. Multiplexers in front of one that choose a constant become its synchronous reset, all those that
 * choose the same one and that nothing else reads (Yosys' `opt_dff`): so multiplexers that may stand there are made here too.
 */
export class FlipFlops {
  readonly all: FlipFlop[] = [];
  private readonly network: Network;
  private readonly registers = new Map<string | number, Bit>();
  private readonly gates = new Map<Bit, Gate>();
  private resetPort: Bit | undefined;

  constructor(network: Network) {
    this.network = network;
  }

  /** The port `rst`. */
  get rst(): Bit {
    this.resetPort ??= this.network.leaf();
    return this.resetPort;
  }

  /**
   * The output of a register, with `external` one that `rst` clears; equal ones are one, and one that is always the same is no
   * flip-flop.
   */
  register(source: Bit, external: boolean): Bit {
    const { data, reset, value } = this.takenIn(source, external);
    // Without a start value a constant register is its constant.
    if (isConstant(data) && (reset === ZERO || data === value)) return data;
    // Most have no reset: a number as key takes a fraction of the memory.
    const key = reset === ZERO ? data : `${data},${reset},${value ?? ""}`;
    const found = this.registers.get(key);
    if (found !== undefined) return found;
    const output = this.network.leaf();
    this.registers.set(key, output);
    this.all.push({ output, data, reset });
    return output;
  }

  /** A register whose output is there already, a leaf of the network: what it takes in depends on it. */
  feedback(output: Bit, source: Bit, external: boolean): void {
    const { data, reset } = this.takenIn(source, external);
    this.all.push({ output, data, reset });
  }

  /** `yes` where `select` is 1, else `no`. What is read more than once stays in front of a flip-flop. */
  choose(select: Bit, yes: Bit, no: Bit, readers = 1): Bit {
    const result = this.network.mux(select, yes, no);
    if (readers > 1) return result;
    if (isConstant(yes)) this.gate(result, { control: select, value: yes, other: no });
    else if (isConstant(no)) this.gate(result, { control: not(select), value: no, other: yes });
    return result;
  }

  /** Each bit where `control` is 1, else 0. */
  where(control: Bit, bits: readonly Bit[]): readonly Bit[] {
    return bits.map((bit) => {
      const result = this.network.and(control, bit);
      this.gate(result, { control: not(control), value: ZERO, other: bit });
      return result;
    });
  }

  /** Remembers that a bit of a multiplexer is constant on one side. */
  private gate(result: Bit, gate: Gate): void {
    // A choice that comes to its other side is none; what stands later than its other side leads to no circle.
    if (!isConstant(result) && nodeOf(result) > nodeOf(gate.other)) this.gates.set(result, gate);
  }

  private takenIn(source: Bit, external: boolean): TakenIn {
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
}
