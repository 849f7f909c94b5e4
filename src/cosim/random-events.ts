import type { Fixed, FixedNode } from "../ir/fixed/fixed.js";
import type { Interval } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { hullOf } from "../ir/interval.js";
import { sizeOf } from "../ir/tensor.js";
import { allocate, elementsFor, type IntegerArray } from "../sim/elements.js";
import type { Block } from "../sim/simulator.js";
import { randomWords } from "./random-bits.js";

export interface RandomEvents {
  readonly count: number;
  /** Events of a block. */
  readonly rows: number;
  readonly seed: number;
  /** The nodes whose values are wanted. */
  readonly nodes: readonly string[];
}

/** An integer of an element, from the bounds that its type has. */
type Draw = (bounds: Interval) => bigint;

/** The corners that come first: every element at its least, at its largest, and 0 (or what is nearest to 0). */
const CORNERS: readonly Draw[] = [
  ({ lo }) => lo,
  ({ hi }) => hi,
  ({ lo, hi }) => (lo > 0n ? lo : hi < 0n ? hi : 0n),
];

/**
 * Events for every input of a graph, block by block: the corners first, then integers uniform over what each element can
 * be. The same seed gives the same events, whatever the size of the blocks.
 */
export function* randomEvents(fixed: Fixed, { count, rows, seed, nodes }: RandomEvents): Generator<Block> {
  const inputs = fixed.nodes.filter(({ op }) => op === "input");
  const uniform = uniformDraw(randomWords(seed));
  for (let start = 0; start < count; start += rows) {
    const length = Math.min(rows, count - start);
    const arrays = inputs.map((node) =>
      allocate(elementsFor(hullOf(node.ranges)), length * sizeOf(node.shape)),
    );
    for (let row = 0; row < length; row++) {
      const draw = CORNERS[start + row] ?? uniform;
      for (const [i, node] of inputs.entries()) fill(arrays[i] as IntegerArray, row, node, draw);
    }
    const values = Object.fromEntries(inputs.map(({ name }, i) => [name, arrays[i] as IntegerArray]));
    yield { count: length, inputs: values, nodes };
  }
}

function fill(array: IntegerArray, row: number, node: FixedNode, draw: Draw): void {
  const size = sizeOf(node.shape);
  const channels = node.shape.at(-1) ?? 1;
  for (let i = 0; i < size; i++) {
    const k = draw(atElement(node.ranges, i, channels));
    if (Array.isArray(array)) array[row * size + i] = k;
    else array[row * size + i] = Number(k);
  }
}

/** Uniform integers: as many random bits as the bounds need, drawn again where they lie beyond. */
function uniformDraw(word: () => number): Draw {
  const bitsOf = (bits: number): bigint => {
    let value = 0n;
    for (let done = 0; done < bits; done += 32) value = (value << 32n) | BigInt(word());
    return BigInt.asUintN(bits, value);
  };
  return ({ lo, hi }) => {
    const span = hi - lo;
    if (span === 0n) return lo;
    const bits = span.toString(2).length;
    for (;;) {
      const k = bits <= 32 ? BigInt(word() >>> (32 - bits)) : bitsOf(bits);
      if (k <= span) return lo + k;
    }
  };
}
