import { UserError } from "../../ir/errors.js";
import { completeNode, type NodeSketch } from "../../ir/fixed/build.js";
import type { FixedInput, FixedNode, FixedNodeOf, FixedOp, IntegerTable } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, sameType, sameUnit, typeLike } from "../../ir/fixed-point.js";
import { atElement, collapse, type Granular, isGranular, sameStatement } from "../../ir/granular.js";
import { hull, isZero } from "../../ir/interval.js";
import { sizeOf } from "../../ir/tensor.js";
import { channelsOf } from "../pointwise.js";
import type { RegionGraph } from "../region.js";

/** Two regions as one that computes what either does. */
export interface United {
  readonly kind: "united";
  readonly graph: RegionGraph;
  /** What stands for each input and node of the second region. */
  readonly places: ReadonlyMap<string, string>;
}

/** Why two regions do not become one. */
export interface Difference {
  readonly kind: "different";
  /** How many nodes are the same in both. */
  readonly same: number;
  /** The first input or node of the second region that has no equal in the first, or that cannot take the values of both. */
  readonly node: string;
  /** What in the first region comes closest to it, and what differs between them. */
  readonly closest?: { readonly node: string; readonly what: string };
}

/** Nodes that hold weights: what it is worth to have once. */
const WEIGHTED: ReadonlySet<FixedOp> = new Set(["dense", "conv2d"]);
/** Nodes whose unit is their own, not that of what they read. */
const OWN_UNIT: ReadonlySet<FixedOp> = new Set([
  ...["conv2d", "dense", "affine", "constant", "steps", "table", "interpolate"],
] as FixedOp[]);
/** What follows from a node's place, or is compared by itself. */
const DERIVED: ReadonlySet<string> = new Set(["name", "inputs", "ranges", "types", "tables"]);
/** Entries of the largest table. */
const MOST_ENTRIES = 4096;

/**
 * Regions with the same weights, such as iterations of a network, as one: nodes that do the same with the same are there once,
 * for the values of both; each region may have others besides. All weights of one of them must be in the other; of regions
 * without weights, all nodes. The inputs correspond by their order.
 */
export function unite(a: RegionGraph, b: RegionGraph): United | Difference {
  const pairs = pairNodes(a, b);
  const { places, others } = pairs;
  const paired = new Set(places.values());
  const rest = a.nodes.filter(({ name }) => !paired.has(name));
  const weighted = (nodes: readonly FixedNode[]) => nodes.filter(({ op }) => WEIGHTED.has(op)).length;
  const weights = weighted(b.nodes) - weighted(others);
  const whole = (left: readonly FixedNode[]) => (weights > 0 ? weighted(left) === 0 : left.length === 0);
  const same = b.nodes.length - others.length;
  const first = others.find((node) => weights === 0 || WEIGHTED.has(node.op)) ?? others[0];
  const shapes = a.inputs.every((own, i) => own.shape.join() === (b.inputs[i] ?? own).shape.join());
  const apart = shapes
    ? a.inputs.findIndex((own, i) => joinInputs(own, b.inputs[i] ?? own) === undefined)
    : -1;
  if (apart >= 0) {
    const [own, other] = [a, b].map(({ inputs }) => inputs[apart]) as [FixedInput, FixedInput];
    return { kind: "different", same, node: other.name, closest: { node: own.name, what: "units" } };
  }
  const names = new Set([...a.inputs, ...a.nodes].map(({ name }) => name));
  const clash = [...b.inputs.slice(a.inputs.length), ...others].some(({ name }) => names.has(name));
  if (same === 0 || !shapes || clash || !(whole(rest) || whole(others))) {
    const node = first ?? (b.nodes[0] as FixedNode);
    const closest = closestTo(node, rest, places);
    return { kind: "different", same, node: node.name, ...(closest !== undefined && { closest }) };
  }
  return join(a, b, pairs, same);
}

interface Pairs {
  /** By input and node of the second region: that of the first which is the same, or its own name. */
  readonly places: ReadonlyMap<string, string>;
  /** Of each node of the first region, its equal in the second. */
  readonly equals: ReadonlyMap<string, FixedNode>;
  /** Nodes of the second region without an equal. */
  readonly others: readonly FixedNode[];
}

function pairNodes(a: RegionGraph, b: RegionGraph): Pairs {
  const places = new Map<string, string>();
  b.inputs.forEach(({ name }, i) => {
    places.set(name, a.inputs[i]?.name ?? name);
  });
  const equals = new Map<string, FixedNode>();
  const others: FixedNode[] = [];
  for (const node of b.nodes) {
    const equal = a.nodes.find(
      (own) => !equals.has(own.name) && readsSame(own, node, places) && differing(own, node) === undefined,
    );
    places.set(node.name, equal?.name ?? node.name);
    if (equal === undefined) others.push(node);
    else equals.set(equal.name, node);
  }
  return { places, equals, others };
}

function readsSame(a: FixedNode, b: FixedNode, places: ReadonlyMap<string, string>): boolean {
  return (
    a.op === b.op &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((name, i) => places.get(b.inputs[i] as string) === name)
  );
}

/** The node that does nearly the same, if there is one. */
function closestTo(
  node: FixedNode,
  nodes: readonly FixedNode[],
  places: ReadonlyMap<string, string>,
): Difference["closest"] {
  const found = nodes.find((own) => readsSame(own, node, places)) ?? nodes.find(({ op }) => op === node.op);
  if (found === undefined) return undefined;
  return { node: found.name, what: differing(found, node) ?? "inputs" };
}

/** What two nodes of one operator differ in, bounds and what follows from them apart. */
function differing(a: FixedNode, b: FixedNode): string | undefined {
  if (a.shape.join() !== b.shape.join()) return "shape";
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !DERIVED.has(key));
  const key = keys.find((name) => !sameAt(a, b, name as keyof FixedNode));
  if (key !== undefined) return key;
  if (!sameTypes(a, b)) return "types";
  if (a.op === "table" && b.op === "table" && joinTables(a, b) === undefined) return "tables";
  return undefined;
}

function sameAt(a: FixedNode, b: FixedNode, key: keyof FixedNode): boolean {
  const [own, other] = [a[key], b[key]] as readonly [unknown, unknown];
  if (!isGranular(own) || !isGranular(other)) return own === other || sameStatement(own, other);
  return elements(a.shape).every((element) =>
    sameStatement(atElement(own, element, channelsOf(a)), atElement(other, element, channelsOf(b))),
  );
}

/** Whether a requantization's types are the same, or the units of others that have their own. */
function sameTypes(a: FixedNode, b: FixedNode): boolean {
  const decided = a.op === "requantize";
  if (!decided && !OWN_UNIT.has(a.op)) return true;
  return elements(a.shape).every((element) => {
    const [own, other] = [a, b].map((node) => ({
      type: atElement(node.types, element, channelsOf(node)),
      range: atElement(node.ranges, element, channelsOf(node)),
    })) as [Bounded, Bounded];
    if (decided) return sameType(own.type, other.type);
    return (isZero(own.range) && isZero(other.range)) || sameUnit(own.type, other.type);
  });
}

/** The region that computes both. A value that an operator cannot take is a difference. */
function join(
  a: RegionGraph,
  b: RegionGraph,
  { places, equals, others }: Pairs,
  same: number,
): United | Difference {
  const values = new Map<string, FixedNode>();
  const inputs: FixedInput[] = [];
  const longer = a.inputs.length >= b.inputs.length ? a.inputs : b.inputs;
  for (const i of longer.keys()) {
    const [own, other] = [a.inputs[i] ?? b.inputs[i], b.inputs[i] ?? a.inputs[i]] as [FixedInput, FixedInput];
    const joined = joinInputs(own, other) as FixedInput;
    inputs.push(joined);
    values.set(joined.name, joined);
  }
  const renamed = others.map(
    (node): FixedNode => ({ ...node, inputs: node.inputs.map((name) => places.get(name) as string) }),
  );
  const nodes: FixedNode[] = [];
  for (const own of [...a.nodes, ...renamed]) {
    const operands = own.inputs.map((name) => values.get(name) as FixedNode);
    const joined = joinNodes(own, equals.get(own.name) ?? own, operands);
    if (joined === undefined) return { kind: "different", same, node: own.name };
    nodes.push(joined);
    values.set(joined.name, joined);
  }
  const names = new Set([
    ...a.results.map(({ name }) => name),
    ...b.results.map(({ name }) => places.get(name) as string),
  ]);
  const results = nodes.filter(({ name }) => names.has(name));
  return { kind: "united", graph: { ...a, inputs, nodes, results }, places };
}

interface Bounded {
  readonly range: Interval;
  readonly type: FixedType;
}

/** An input that takes the values of both; undefined where they count in different units. */
function joinInputs(a: FixedInput, b: FixedInput): FixedInput | undefined {
  const items = elements(a.shape).map((element) => {
    const [own, other] = [a, b].map((value) => ({
      range: atElement(value.ranges, element, channelsOf(value)),
      type: atElement(value.types, element, channelsOf(value)),
    })) as [Bounded, Bounded];
    // A value that is always 0 is so in every unit.
    if (!isZero(own.range) && !isZero(other.range) && !sameUnit(own.type, other.type)) return undefined;
    const range = hull(own.range, other.range);
    return { range, type: typeLike(range, isZero(own.range) ? other.type : own.type) };
  });
  if (items.some((item) => item === undefined)) return undefined;
  const of = <Key extends keyof Bounded>(key: Key): Granular<Bounded[Key]> => ({
    per: "element",
    items: (items as readonly Bounded[]).map((item) => item[key]),
  });
  return { ...a, ranges: of("range"), types: of("type") };
}

/** A node that computes what both do, of these inputs; undefined where its operator cannot. */
function joinNodes(a: FixedNode, b: FixedNode, inputs: readonly FixedNode[]): FixedNode | undefined {
  const { ranges: _, ...sketch } = a;
  try {
    if (a.op !== "table" || b.op !== "table") return completeNode(sketch as NodeSketch, inputs);
    const joined = joinTables(a, b) as Granular<IntegerTable>;
    const tables = reaching(joined, a.shape, inputs[0] as FixedNode);
    return tables === undefined ? undefined : completeNode({ ...sketch, tables } as NodeSketch, inputs);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Tables that have the entries of both; undefined where they disagree. */
function joinTables(a: FixedNodeOf<"table">, b: FixedNodeOf<"table">): Granular<IntegerTable> | undefined {
  const items = elements(a.shape).map((element) => {
    const own = atElement(a.tables, element, channelsOf(a));
    const other = atElement(b.tables, element, channelsOf(b));
    const [first, second] = own.low <= other.low ? [own, other] : [other, own];
    const shift = Number(second.low - first.low);
    const between = new Array<bigint>(Math.max(0, shift - first.entries.length)).fill(
      first.entries.at(-1) ?? 0n,
    );
    const common = Math.max(0, Math.min(first.entries.length - shift, second.entries.length));
    for (let i = 0; i < common; i++) if (first.entries[shift + i] !== second.entries[i]) return undefined;
    return { low: first.low, entries: [...first.entries, ...between, ...second.entries.slice(common)] };
  });
  if (items.some((item) => item === undefined)) return undefined;
  return collapse({ per: "element", items: items as readonly IntegerTable[] }, a.shape, sameStatement);
}

/**
 * Tables with entries for all that the bounds of the input allow. What neither region's own bounds allow does not come, so
 * any entry will do. Undefined where a table would be too large.
 */
function reaching(
  tables: Granular<IntegerTable>,
  shape: readonly number[],
  input: FixedNode,
): Granular<IntegerTable> | undefined {
  const channels = shape.at(-1) ?? 1;
  const items = elements(shape).map((element) => {
    const { low, entries } = atElement(tables, element, channels);
    const range = atElement(input.ranges, element, channelsOf(input));
    const below = range.lo < low ? low - range.lo : 0n;
    const last = low + BigInt(entries.length) - 1n;
    const above = range.hi > last ? range.hi - last : 0n;
    if (BigInt(entries.length) + below + above > BigInt(Math.max(MOST_ENTRIES, entries.length)))
      return undefined;
    const repeat = (entry: bigint | undefined, count: bigint) =>
      new Array<bigint>(Number(count)).fill(entry ?? 0n);
    return {
      low: low - below,
      entries: [...repeat(entries[0], below), ...entries, ...repeat(entries.at(-1), above)],
    };
  });
  if (items.some((item) => item === undefined)) return undefined;
  return collapse({ per: "element", items: items as readonly IntegerTable[] }, shape, sameStatement);
}

function elements(shape: readonly number[]): readonly number[] {
  return Array.from({ length: sizeOf(shape) }, (_, element) => element);
}
