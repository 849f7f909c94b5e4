import { LUT_INPUTS } from "../lower/delay.js";

/**
 * A bit of a network: twice the number of a node, plus 1 for its complement. Complements cost nothing, every LUT input
 * and output takes them in. Node 0 is the constant 0.
 */
export type Bit = number;

export const ZERO: Bit = 0;
export const ONE: Bit = 1;
export const not = (bit: Bit): Bit => bit ^ 1;
export const nodeOf = (bit: Bit): number => bit >> 1;
export const isConstant = (bit: Bit): boolean => bit <= 1;

/** A node that is a function of others; of a leaf (a port, a register, an output of a carry chain) there is none. */
export interface LogicNode {
  /** At most six nodes, without repetition, ascending. */
  readonly inputs: readonly number[];
  /** Bit i is the value where input j has bit j of i. Bit 0 is 0: a function that is 1 there is kept complemented. */
  readonly truth: bigint;
}

/** Inputs of the small tables that a wide one is made of. */
const LEAF_INPUTS = 3;

/**
 * A combinational network of single bits, as small as construction makes it: constants are propagated, inputs on which a
 * function does not depend are dropped, and equal functions of equal nodes are one node. Every node comes after its inputs.
 */
export class Network {
  private readonly nodes: (LogicNode | undefined)[] = [undefined];
  private readonly known = new Map<string, number>();

  get size(): number {
    return this.nodes.length;
  }

  /** The function of a node; undefined of a leaf. */
  logic(node: number): LogicNode | undefined {
    return this.nodes[node];
  }

  leaf(): Bit {
    this.nodes.push(undefined);
    return 2 * (this.nodes.length - 1);
  }

  /** The function `truth` of up to six bits. */
  define(bits: readonly Bit[], truth: bigint): Bit {
    let inputs = [...bits];
    let table = truth;
    for (let i = 0; i < inputs.length; i++) {
      if (((inputs[i] as Bit) & 1) === 0) continue;
      table = exchange(table, i, inputs.length);
      inputs[i] = not(inputs[i] as Bit);
    }
    for (let i = inputs.length - 1; i >= 0; i--) {
      const low = cofactor(table, i, inputs.length, 0);
      const first = inputs.indexOf(inputs[i] as Bit);
      if (inputs[i] === ZERO) table = low;
      else if (first < i) table = identify(table, first, i, inputs.length);
      else if (low === cofactor(table, i, inputs.length, 1)) table = low;
      else continue;
      inputs = inputs.toSpliced(i, 1);
    }
    // Where two inputs were one, the function may not depend on it any more.
    for (let i = inputs.length - 1; i >= 0; i--) {
      const low = cofactor(table, i, inputs.length, 0);
      if (low !== cofactor(table, i, inputs.length, 1)) continue;
      table = low;
      inputs = inputs.toSpliced(i, 1);
    }
    if (inputs.length === 0) return table === 0n ? ZERO : ONE;
    for (let i = 1; i < inputs.length; i++)
      for (let j = i; j > 0 && (inputs[j - 1] as Bit) > (inputs[j] as Bit); j--) {
        table = swap(table, j - 1, inputs.length);
        [inputs[j - 1], inputs[j]] = [inputs[j] as Bit, inputs[j - 1] as Bit];
      }
    const complemented = table & 1n;
    if (complemented === 1n) table ^= (1n << (1n << BigInt(inputs.length))) - 1n;
    const sign = Number(complemented);
    if (inputs.length === 1) return (inputs[0] as Bit) ^ sign;
    const key = `${inputs.join()}|${table.toString(36)}`;
    const found = this.known.get(key);
    if (found !== undefined) return (2 * found) ^ sign;
    const node = this.nodes.length;
    this.nodes.push({ inputs: inputs.map(nodeOf), truth: table });
    this.known.set(key, node);
    return (2 * node) ^ sign;
  }

  and(a: Bit, b: Bit): Bit {
    return this.define([a, b], 0b1000n);
  }

  or(a: Bit, b: Bit): Bit {
    return not(this.and(not(a), not(b)));
  }

  xor(a: Bit, b: Bit): Bit {
    return this.define([a, b], 0b0110n);
  }

  /** `yes` where `select` is 1, else `no`. */
  mux(select: Bit, yes: Bit, no: Bit): Bit {
    return this.define([no, yes, select], 0b11001010n);
  }

  /** At least two of three. */
  majority(a: Bit, b: Bit, c: Bit): Bit {
    return this.define([a, b, c], 0b11101000n);
  }

  /**
   * A function of any number of bits: bit i of `truth` where bit j of the index is bits[j]. Above six bits on which it
   * depends it is split by the highest ones, and equal parts are shared.
   */
  table(bits: readonly Bit[], truth: bigint): Bit {
    let inputs = bits;
    let table = truth;
    for (let i = inputs.length - 1; i >= 0 && inputs.length > LUT_INPUTS; i--) {
      const bit = inputs[i] as Bit;
      const [low, high] = [cofactor(table, i, inputs.length, 0), cofactor(table, i, inputs.length, 1)];
      if (!isConstant(bit) && low !== high) continue;
      table = bit === ONE ? high : low;
      inputs = inputs.toSpliced(i, 1);
    }
    if (inputs.length <= LUT_INPUTS) return this.define(inputs, table);
    return this.split(inputs, table);
  }

  /** A table as a tree of multiplexers over tables of three inputs, of which many are equal. */
  private split(inputs: readonly Bit[], table: bigint): Bit {
    if (inputs.length <= LEAF_INPUTS) return this.define(inputs, table);
    const top = inputs.length - 1;
    const half = (value: 0 | 1) =>
      this.split(inputs.slice(0, top), cofactor(table, top, inputs.length, value));
    return this.mux(inputs[top] as Bit, half(1), half(0));
  }
}

/** Masks of the entries in which input `i` of `inputs` is 0. */
const masks = new Map<number, bigint>();
function maskOf(i: number, inputs: number): bigint {
  const key = 64 * inputs + i;
  const known = masks.get(key);
  if (known !== undefined) return known;
  const block = (1n << (1n << BigInt(i))) - 1n;
  let mask = 0n;
  for (let at = 0; at < 1 << inputs; at += 2 << i) mask |= block << BigInt(at);
  masks.set(key, mask);
  return mask;
}

/** The table with input `i` held at a value, over the other inputs. */
function cofactor(table: bigint, i: number, inputs: number, value: 0 | 1): bigint {
  const width = 1n << BigInt(i);
  let rest = (value === 1 ? table >> width : table) & maskOf(i, inputs);
  // Closes the gaps that the input leaves, twice as large ones each time.
  for (let k = i; k < inputs - 1; k++) {
    const step = 1n << BigInt(k);
    const kept = maskOf(k + 1, inputs) & maskOf(k, inputs);
    rest = (rest & kept) | ((rest >> step) & (maskOf(k + 1, inputs) & ~maskOf(k, inputs)));
  }
  return rest;
}

/** The table over the complement of input `i`. */
function exchange(table: bigint, i: number, inputs: number): bigint {
  const mask = maskOf(i, inputs);
  const width = 1n << BigInt(i);
  return ((table & mask) << width) | ((table >> width) & mask);
}

/** The table over inputs of which `i` always equals `j` < i, without `i`. */
function identify(table: bigint, j: number, i: number, inputs: number): bigint {
  const low = cofactor(table, i, inputs, 0);
  const high = cofactor(table, i, inputs, 1);
  const mask = maskOf(j, inputs - 1);
  return (low & mask) | (high & ~mask);
}

/** The table with inputs `i` and i + 1 exchanged. */
function swap(table: bigint, i: number, inputs: number): bigint {
  const [here, next] = [maskOf(i, inputs), maskOf(i + 1, inputs)];
  const step = 1n << BigInt(i);
  const up = table & ~here & next;
  const down = table & here & ~next;
  return (table & ((here & next) | (~here & ~next))) | (up << step) | (down >> step);
}
