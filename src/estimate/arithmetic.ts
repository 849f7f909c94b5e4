import { type Bit, isConstant, type Network, not, ONE, ZERO } from "./network.js";

/** Up to this width an adder is logic: a carry chain would not pay (the rule of Yosys' `arith_map.v`). */
const SHORT = 2;

/** The truth table of a sum of three bits modulo 2. */
const PARITY = 0b10010110n;

/** A carry chain: bit i of the sum, or at the end the carry, comes out as `sums[i]`. */
export interface CarryChain {
  /** What the multiplexer of each bit is set by: the exclusive or of the two operands' bits. */
  readonly select: readonly Bit[];
  /** What goes into the chain where both operands' bits are equal. */
  readonly data: readonly Bit[];
  readonly carryIn: Bit;
  /** Leaves of the network; 0 where nothing reads the bit. */
  readonly sums: readonly Bit[];
}

/** A term of a sum. */
export interface Term {
  readonly bits: readonly Bit[];
  readonly negative: boolean;
}

/** Arithmetic on the bits of a network, on carry chains; equal chains are one. All vectors have their lowest bit first. */
export class Arithmetic {
  readonly chains: CarryChain[] = [];
  private readonly known = new Map<string, readonly Bit[]>();

  private readonly network: Network;

  constructor(network: Network) {
    this.network = network;
  }

  /** a + b + carry, modulo 2^width; both operands have that width. */
  add(a: readonly Bit[], b: readonly Bit[], carry: Bit, trim = true): readonly Bit[] {
    // Where one bit equals the carry, a constant, the sum is the other one and the carry stays.
    let low = 0;
    while (trim && isConstant(carry) && low < a.length && (a[low] === carry || b[low] === carry)) low++;
    const passing = a.slice(0, low).map((bit, i) => (bit === carry ? (b[i] as Bit) : bit));
    const [left, right] = [a.slice(low), b.slice(low)];
    if (left.length === 0) return passing;
    const sum = left.length <= SHORT ? this.ripple(left, right, carry) : this.chain(left, right, carry);
    return [...passing, ...sum];
  }

  private ripple(a: readonly Bit[], b: readonly Bit[], carry: Bit): readonly Bit[] {
    let into = carry;
    return a.map((bit, i) => {
      const other = b[i] as Bit;
      const sum = this.network.xor(this.network.xor(bit, other), into);
      into = this.network.majority(bit, other, into);
      return sum;
    });
  }

  /** The carry out of a chain of given multiplexers, as of a long comparison. */
  private carryOut(select: readonly Bit[], data: readonly Bit[], carryIn: Bit): Bit {
    const carry = this.network.leaf();
    this.chains.push({
      select,
      data,
      carryIn,
      sums: select.map((_, i) => (i < select.length - 1 ? ZERO : carry)),
    });
    return carry;
  }

  private chain(a: readonly Bit[], b: readonly Bit[], carryIn: Bit): readonly Bit[] {
    const key = `${a.join()}|${b.join()}|${carryIn}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const select = a.map((bit, i) => this.network.xor(bit, b[i] as Bit));
    const sums = a.map(() => this.network.leaf());
    this.chains.push({ select, data: [...a], carryIn, sums });
    this.known.set(key, sums);
    return sums;
  }

  /**
   * The sum of any number of terms, modulo 2^width: rows of full adders turn three into two until a chain adds the last
   * two, as Yosys maps sums that it has merged (`maccmap`). What is subtracted comes as its complement with a 1.
   */
  sum(terms: readonly Term[], width: number): readonly Bit[] {
    const columns: Map<string, Bit>[] = Array.from({ length: width }, () => new Map());
    const put = (key: string, bit: Bit, at: number): void => {
      const column = columns[at];
      if (column === undefined || bit === ZERO) return;
      // Twice the same bit is that bit one place higher.
      if (column.delete(key)) put(key, bit, at + 1);
      else column.set(key, bit);
    };
    for (const [k, { bits, negative }] of terms.entries()) {
      if (negative) put("1", ONE, 0);
      // A complement is a bit of its own, even that of a constant.
      for (const [i, bit] of bits.entries())
        put(negative ? `${k}.${i}` : `${bit}`, negative ? not(bit) : bit, i);
    }
    // The carries of a row of full adders leave the lowest bit free: single bits that are left over go there.
    let rows: Bit[][] = [];
    const spare: Bit[] = [];
    while (columns.some(({ size }) => size > 0)) {
      rows.push(columns.map((column) => takeLast(column) ?? ZERO));
      while (spare.length < rows.length - 2 && (columns[0] as Map<string, Bit>).size > 0)
        spare.push(takeLast(columns[0] as Map<string, Bit>) as Bit);
    }
    while (rows.length > 2) {
      const next: Bit[][] = [];
      for (let i = 0; i < rows.length; i += 3) {
        const [a, b, c] = rows.slice(i, i + 3);
        if (a === undefined || b === undefined || c === undefined) {
          next.push(...rows.slice(i));
          continue;
        }
        const three = (at: number): readonly [Bit, Bit, Bit] => [a[at] as Bit, b[at] as Bit, c[at] as Bit];
        next.push(a.map((_, at) => this.network.define(three(at), PARITY)));
        next.push([spare.pop() ?? ZERO, ...a.slice(1).map((_, at) => this.network.majority(...three(at)))]);
      }
      rows = next;
    }
    const zeros = new Array<Bit>(width).fill(ZERO);
    return this.add(rows[0] ?? zeros, rows[1] ?? zeros, ZERO, false);
  }

  /** 1 where a > b, of unsigned vectors of one width: as many bits of both as a LUT takes, then a chain (`cmp2lcu`). */
  greater(a: readonly Bit[], b: readonly Bit[], chunk: number): Bit {
    const { network } = this;
    const parts: { equal: Bit; above: Bit }[] = [];
    // From the highest bits down, as in `atLeast`.
    for (let end = a.length; end > 0; end -= chunk) {
      const from = Math.max(0, end - chunk);
      let [equal, above]: [Bit, Bit] = [ONE, ZERO];
      for (let i = from; i < end; i++) {
        const same = not(network.xor(a[i] as Bit, b[i] as Bit));
        equal = network.and(equal, same);
        above = network.mux(same, above, a[i] as Bit);
      }
      parts.push({ equal, above });
    }
    return this.decided(parts.reverse(), ZERO);
  }

  /** From the lowest bits up, whether those that are not equal are above; `below` where all are equal. */
  private decided(parts: readonly { readonly equal: Bit; readonly above: Bit }[], below: Bit): Bit {
    const { network } = this;
    if (parts.length <= SHORT)
      return parts.reduce((lower, { equal, above }) => network.or(above, network.and(equal, lower)), below);
    return this.carryOut(
      parts.map(({ equal }) => equal),
      parts.map(({ above }) => above),
      below,
    );
  }

  /** 1 where the vector, read as two's complement if `signed`, is at least `level`. */
  atLeast(a: readonly Bit[], signed: boolean, level: bigint, chunk: number): Bit {
    const { network } = this;
    const top = a.length - 1;
    if (signed && level === 0n) return not(a[top] as Bit);
    // Two's complement with its sign turned over is in the order of unsigned numbers.
    const bits = a.map((bit, i) => (signed && i === top ? not(bit) : bit));
    const bound = signed ? level + (1n << BigInt(top)) : level;
    // From the highest bits down, six at a time: they decide, or all are equal and the ones below decide.
    const parts: { equal: Bit; above: Bit }[] = [];
    for (let end = bits.length; end > 0; end -= chunk) {
      const from = Math.max(0, end - chunk);
      const part = bits.slice(from, end);
      const value = Number((bound >> BigInt(from)) & ((1n << BigInt(part.length)) - 1n));
      let [equal, above] = [0n, 0n];
      for (let k = 0; k < 1 << part.length; k++) {
        if (k === value) equal |= 1n << BigInt(k);
        if (k > value) above |= 1n << BigInt(k);
      }
      parts.push({ equal: network.define(part, equal), above: network.define(part, above) });
    }
    return this.decided(parts.reverse(), ONE);
  }
}

/** How many groups of four bits a chain of so many bits takes (CARRY4, half a CARRY8). */
export const carryGroups = (bits: number): number => Math.ceil(bits / 4);

function takeLast(column: Map<string, Bit>): Bit | undefined {
  const last = [...column].at(-1);
  if (last !== undefined) column.delete(last[0]);
  return last?.[1];
}
