import { costOfConstant, costOfThree, costOfTwo, DEPTH_OF_THREE, THIRD_CONSTANT } from "./cost.js";
import type { Operand, Term } from "./network.js";

/** A sum as a tree of adders of two and three operands: a term, or the sum of the parts. */
export interface Tree {
  readonly term: Term | undefined;
  readonly parts: readonly Tree[];
  /** Its bits lie in low … top − 1, its value is at most `max`. */
  readonly low: number;
  readonly top: number;
  readonly max: number;
  readonly depth: number;
  /** LUTs of all its adders. */
  readonly lut: number;
}

/** As many operands are combined in every way; of more, good pairs and triples are joined first. */
const EXHAUSTIVE = 5;
/** Of many operands, those are tried together that are as near in the order of their bits. */
const NEAR = 4;

/** What is joined first may take this much of the room, one after the other until the rest fits: levels are no fractions. */
const ROOMS = [0.85, 0.7, 0.55, 0.4] as const;

/**
 * Adds operands up with the fewest LUTs, within `depth` levels of adders (one of two or three operands is one level). A
 * constant comes in at the root. Returns undefined when they cannot be added within the depth.
 */
export function planTree(operands: readonly Operand[], constant: boolean, depth: number): Tree | undefined {
  let shape = constant ? `${depth} +` : `${depth}`;
  for (const { low, top, max, depth: own } of operands) shape += ` ${low} ${top} ${max} ${own}`;
  let tree = planned.get(shape);
  if (tree === undefined && !planned.has(shape)) {
    tree = planLeaves(operands.map(leaf), constant, depth);
    if (remembered > MOST_REMEMBERED) {
      planned.clear();
      remembered = 0;
    }
    remembered += operands.length;
    planned.set(shape, tree);
  }
  return tree === undefined ? undefined : over(operands, tree);
}

/** Trees by the shape of their operands, whose nodes are the operands' places: rows alike in bits, and those tried again, are planned once. */
const planned = new Map<string, Tree | undefined>();
/** Their operands, and how many are kept: some 20 MB. */
let remembered = 0;
const MOST_REMEMBERED = 100_000;

/** A tree over the places of operands as one over the operands. */
function over(operands: readonly Operand[], tree: Tree): Tree {
  if (tree.term === undefined) return { ...tree, parts: tree.parts.map((part) => over(operands, part)) };
  const { node, shift, negative } = operands[tree.term.node] as Operand;
  return { ...tree, term: { node, shift, negative } };
}

function planLeaves(leaves: readonly Tree[], constant: boolean, depth: number): Tree | undefined {
  const plain = planItems(leaves, constant, depth);
  if (leaves.length <= EXHAUSTIVE) return plain;
  const packed = sideBySide(leaves);
  const tree = packed.length === leaves.length ? undefined : planItems(packed, constant, depth);
  return plain === undefined || (tree !== undefined && tree.lut < plain.lut - 1e-9) ? tree : plain;
}

/** Operands that do not overlap side by side as one, in as few as there are bits at the place where most meet (the left-edge algorithm). */
function sideBySide(leaves: readonly Tree[]): readonly Tree[] {
  const rows: Tree[] = [];
  for (const item of leaves.toSorted((a, b) => a.low - b.low || b.top - a.top)) {
    let best = -1;
    rows.forEach((row, i) => {
      if (row.top > item.low || row.depth !== item.depth) return;
      if (best < 0 || row.top > (rows[best] as Tree).top) best = i;
    });
    if (best < 0) rows.push(item);
    else rows[best] = join([rows[best] as Tree, item]);
  }
  return rows;
}

function planItems(leaves: readonly Tree[], constant: boolean, depth: number): Tree | undefined {
  const room = 2 ** depth + 1e-6;
  if (leaves.length === 0 || weightOf(leaves) > room) return undefined;
  const first = finished(joinedWithin(leaves, room));
  if (first !== undefined) return first;
  // Levels are no fractions, so that what is joined first may have to leave room, or to be joined level by level.
  const others = [
    byLevel(leaves, room),
    ...ROOMS.map((share) => joinedWithin(leaves, share * room)),
    flattest(leaves),
  ];
  return others
    .map(finished)
    .reduce(
      (best, tree) =>
        tree !== undefined && tree.lut < (best?.lut ?? Number.POSITIVE_INFINITY) ? tree : best,
      undefined,
    );

  function finished(items: readonly Tree[] | undefined): Tree | undefined {
    return items === undefined ? undefined : finish(items, constant, room, depth);
  }
}

/** Few operands out of many, joined within a room; undefined where they do not fit. */
function joinedWithin(leaves: readonly Tree[], room: number): readonly Tree[] | undefined {
  let items: readonly Tree[] | undefined = leaves;
  while (items !== undefined && items.length > EXHAUSTIVE) {
    items = joinMany(items, room, Math.floor((2 * items.length) / 3));
  }
  return items;
}

/** Few operands out of many, joined by threes and twos, all of a level before the next one. */
function byLevel(leaves: readonly Tree[], room: number): readonly Tree[] | undefined {
  let items = leaves;
  const most = Math.log2(room);
  for (let deepest = leastDepth(items) + DEPTH_OF_THREE; items.length > EXHAUSTIVE; ) {
    if (deepest > most + 1e-6) return undefined;
    const next = joinMany(items, room, Math.ceil(items.length / 3), deepest);
    // As long as there is something to join on this level.
    if (next === undefined) deepest += DEPTH_OF_THREE;
    else items = next;
  }
  return items;
}

function leastDepth(items: readonly Tree[]): number {
  return items.reduce((least, { depth }) => Math.min(least, depth), Number.POSITIVE_INFINITY);
}

/** Few operands out of many, joined so that the tree is as flat as adders of two make it: always the two least deep. */
function flattest(items: readonly Tree[]): readonly Tree[] {
  if (items.length <= EXHAUSTIVE) return items;
  const [a, b, ...rest] = items.toSorted((x, y) => x.depth - y.depth) as [Tree, Tree, ...Tree[]];
  return flattest([join([a, b]), ...rest]);
}

/**
 * Operands as deep as d fit under a tree of adders of two of depth D when Σ 2^d ≤ 2^D (Kraft's inequality). Adders of
 * three are about as fast for what they join: three operands in a little more than log2(3) levels.
 */
function weightOf(items: readonly Tree[]): number {
  let weight = 0;
  for (const { depth } of items) weight += 2 ** depth;
  return weight;
}

function leaf({ low, top, max, depth }: Operand, place: number): Tree {
  return { term: { node: place, shift: 0, negative: false }, parts: [], low, top, max, depth, lut: 0 };
}

function join(parts: readonly [Tree, Tree, Tree?]): Tree {
  const [a, b, c] = parts;
  const { low, top, max, depth, lut } = c === undefined ? costOfTwo(a, b) : costOfThree(a, b, c);
  const own = parts as readonly Tree[];
  return { term: undefined, parts: own, low, top, max, depth, lut: lut + a.lut + b.lut + (c?.lut ?? 0) };
}

interface Candidate {
  readonly parts: readonly Tree[];
  readonly joined: Tree;
  /** LUTs above half of the bits that are taken away, which is the best that an adder does. */
  readonly waste: number;
}

/**
 * Joins pairs and triples of neighbours, those that waste least first, each operand once, until `enough` are left: of many
 * a third is joined, so that it can be joined again with the rest.
 */
function joinMany(
  items: readonly Tree[],
  room: number,
  atLeast: number,
  deepest = Number.POSITIVE_INFINITY,
): Tree[] | undefined {
  const candidates = candidatesOf(items);
  let weight = weightOf(items);
  let left = items.length;
  const enough = Math.max(EXHAUSTIVE, atLeast);
  const used = new Set<Tree>();
  const result: Tree[] = [];
  for (const { parts, joined } of candidates) {
    if (left <= enough) break;
    if (joined.depth > deepest + 1e-6 || parts.some((part) => used.has(part))) continue;
    const next = weight - weightOf(parts) + 2 ** joined.depth;
    if (next > room) continue;
    weight = next;
    left -= parts.length - 1;
    for (const part of parts) used.add(part);
    result.push(joined);
  }
  return result.length === 0 ? undefined : [...items.filter((item) => !used.has(item)), ...result];
}

/** Pairs and triples of items that are near in the order of their lowest or of their highest bits, the best first. */
function candidatesOf(items: readonly Tree[]): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const attempt = (...parts: readonly [Tree, Tree, Tree?]) => {
    const joined = join(parts);
    const [a, b, c] = parts;
    const lut = joined.lut - a.lut - b.lut - (c?.lut ?? 0);
    const bits = a.top - a.low + b.top - b.low + (c === undefined ? 0 : c.top - c.low);
    const waste = lut - (bits - (joined.top - joined.low)) / 2 + (joined.depth + joined.top / 64) / 64;
    candidates.push({ parts: parts as readonly Tree[], joined, waste });
  };
  const orders = [
    items.toSorted((a, b) => a.low - b.low || a.top - b.top || a.depth - b.depth),
    items.toSorted((a, b) => a.top - b.top || a.low - b.low || a.depth - b.depth),
    items.toSorted((a, b) => a.depth - b.depth || a.top - b.top || a.low - b.low),
  ];
  for (const order of orders) {
    for (let i = 0; i + 1 < order.length; i++) {
      const end = Math.min(order.length, i + NEAR);
      for (let j = i + 1; j < end; j++) {
        attempt(order[i] as Tree, order[j] as Tree);
        for (let k = j + 1; k < end; k++) attempt(order[i] as Tree, order[j] as Tree, order[k] as Tree);
      }
    }
  }
  return candidates.toSorted((a, b) => a.waste - b.waste);
}

/**
 * Of few operands, the best of all trees that take fewer LUTs than `limit`. Joining adds LUTs, so that a branch ends where
 * its joined parts take as many.
 */
function finish(
  items: readonly Tree[],
  constant: boolean,
  room: number,
  depth: number,
  limit = Number.POSITIVE_INFINITY,
): Tree | undefined {
  const spent = items.reduce((sum, { lut }) => sum + lut, 0);
  if (spent > limit - 1e-9 || weightOf(items) > room) return undefined;
  if (items.length === 1) return finishOne(items[0] as Tree, constant, depth);
  let best: Tree | undefined;
  const consider = (joined: Tree, rest: readonly Tree[]) => {
    const plan = finish([...rest, joined], constant, room, depth, best?.lut ?? limit);
    if (plan !== undefined && plan.lut < (best?.lut ?? limit) - 1e-9) best = plan;
  };
  const [a, b] = items as [Tree, Tree];
  if (items.length === 2) {
    const joined = join([a, b]);
    // The constant as third operand, or behind.
    const last = Math.max(a.depth, b.depth);
    const third = { ...joined, lut: joined.lut + THIRD_CONSTANT, depth: last + DEPTH_OF_THREE };
    if (constant && joined.depth > last && third.depth <= depth && third.lut < limit - 1e-9) best = third;
    consider(joined, []);
    return best;
  }
  const n = items.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      for (let k = j + 1; k < n; k++) {
        const triple = join([items[i] as Tree, items[j] as Tree, items[k] as Tree]);
        consider(triple, others(items, i, j, k));
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++)
      consider(join([items[i] as Tree, items[j] as Tree]), others(items, i, j, -1));
  }
  return best;
}

function finishOne(item: Tree, constant: boolean, depth: number): Tree | undefined {
  const levels = item.depth + (constant ? 1 : 0);
  if (levels > depth) return undefined;
  return constant ? { ...item, lut: item.lut + costOfConstant(item), depth: levels } : item;
}

function others(items: readonly Tree[], i: number, j: number, k: number): Tree[] {
  const rest: Tree[] = [];
  for (let at = 0; at < items.length; at++)
    if (at !== i && at !== j && at !== k) rest.push(items[at] as Tree);
  return rest;
}
