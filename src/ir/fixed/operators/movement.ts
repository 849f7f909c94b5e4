import { type FixedType, type Interval, sameType, sameUnit, typeLike, typeRange } from "../../fixed-point.js";
import { atChannel, atElement, collapse, type Granular } from "../../granular.js";
import { hull, sameInterval, ZERO } from "../../interval.js";
import {
  keepsChannels,
  type MovementNode,
  type MovementOp,
  movementShape,
  movementSources,
  readMovement,
  writeMovement,
} from "../../movement.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

/** A channel of an input; undefined stands for zeros. */
type Source = { readonly input: number; readonly channel: number } | undefined;

/**
 * For each channel of the result, the channels of the inputs that its elements come from, where that does not depend on
 * the other axes: what is known per channel then is so of the result, and no element has to be visited.
 */
function channelSources(
  node: MovementNode,
  shapes: readonly (readonly number[])[],
): readonly Source[][] | undefined {
  const channels = node.shape.at(-1) ?? 1;
  const last = node.shape.length - 1;
  const shape = shapes[0] as readonly number[];
  const of = (f: (channel: number) => Source[]) => Array.from({ length: channels }, (_, c) => f(c));
  const zeros =
    node.op === "pad" && [...node.before, ...node.after].some((n, i) => n > 0 && i % shape.length !== last);
  if (keepsChannels(node, shapes)) {
    return of((channel) => [
      ...shapes.map((_, input) => ({ input, channel })),
      ...(zeros ? [undefined] : []),
    ]);
  }
  switch (node.op) {
    case "slice":
      return of((c) => [
        { input: 0, channel: (node.starts[last] as number) + c * (node.steps[last] as number) },
      ]);
    case "gather":
      // keepsChannels holds along other axes.
      return of((c) => [{ input: 0, channel: node.indices[c] as number }]);
    case "expand":
      return of(() => [{ input: 0, channel: 0 }]);
    case "pad": {
      const before = node.before[last] as number;
      const most = shape.at(-1) as number;
      return of((c) => {
        if (c < before || c >= before + most) return [undefined];
        return [{ input: 0, channel: c - before }, ...(zeros ? [undefined] : [])];
      });
    }
    case "concat":
      if (node.axis !== last) return undefined;
      return shapes.flatMap((s, input) =>
        Array.from({ length: s[last] as number }, (_, channel): Source[] => [{ input, channel }]),
      );
    default:
      return undefined;
  }
}

/** How a property of elements is carried. */
interface Carried<T> {
  readonly of: (value: FixedValue) => Granular<T>;
  /** The property of a zero that a pad adds beside elements of this property. */
  readonly zero: (beside: T) => T;
  /** One property for elements of both; undefined where there is none. */
  readonly join: (a: T, b: T) => T | undefined;
  readonly same: (a: T, b: T) => boolean;
}

const RANGES: Carried<Interval> = {
  of: ({ ranges }) => ranges,
  zero: () => ZERO,
  join: hull,
  same: sameInterval,
};

const TYPES: Carried<FixedType> = {
  of: ({ types }) => types,
  zero: (beside) => typeLike(ZERO, beside),
  join: (a, b) => {
    // What is always 0 is so in every unit.
    if (a.width === 0 || b.width === 0) return a.width === 0 ? b : a;
    if (sameType(a, b)) return a;
    return sameUnit(a, b) ? typeLike(hull(typeRange(a), typeRange(b)), a) : undefined;
  },
  same: sameType,
};

/** Carries a property per tensor or per channel; undefined where it has to be stated per element. */
function carryChannels<T>(
  node: MovementNode,
  inputs: readonly FixedValue[],
  { of, zero, join, same }: Carried<T>,
): Granular<T> | undefined {
  const granulars = inputs.map(of);
  const [first] = granulars as [Granular<T>];
  if (granulars.some(({ per }) => per === "element")) return undefined;
  if (granulars.length === 1 && first.per === "tensor" && node.op !== "pad") return first;
  const sources = channelSources(
    node,
    inputs.map(({ shape }) => shape),
  );
  if (sources === undefined) return undefined;
  const items: T[] = [];
  for (const from of sources) {
    const properties = from.map((source) =>
      source === undefined
        ? zero(first.items[0] as T)
        : atChannel(granulars[source.input] as Granular<T>, source.channel),
    );
    const joined = properties.reduce<T | undefined>(
      (a, b) => (a === undefined || a === b ? a : join(a, b)),
      properties[0],
    );
    if (joined === undefined) return undefined;
    items.push(joined);
  }
  return collapse({ per: "channel", items }, node.shape, same);
}

function carryElements<T>(
  node: MovementNode,
  inputs: readonly FixedValue[],
  { of, zero, same }: Carried<T>,
): Granular<T> {
  const granulars = inputs.map(of);
  const shapes = inputs.map(({ shape }) => shape);
  const { input, element } = movementSources(node, shapes);
  const added = zero(granulars[0]?.items[0] as T);
  const items = Array.from(input, (n, e) =>
    n < 0 ? added : atElement(granulars[n] as Granular<T>, element[e] as number, shapes[n]?.at(-1) ?? 1),
  );
  return collapse({ per: "element", items }, node.shape, same);
}

function carryTypes(node: MovementNode, inputs: readonly FixedValue[]): Granular<FixedType> {
  return carryChannels(node, inputs, TYPES) ?? carryElements(node, inputs, TYPES);
}

/** Where elements of one channel have types apart, so have their ranges: each range fits its type. */
function carryRanges(node: MovementNode, inputs: readonly FixedValue[]): Granular<Interval> {
  const together = carryChannels(node, inputs, TYPES) !== undefined;
  return (together ? carryChannels(node, inputs, RANGES) : undefined) ?? carryElements(node, inputs, RANGES);
}

/** A movement carries types and ranges with the elements; a zero that it adds widens the range. */
function movement<Op extends MovementOp>(op: Op): FixedOperator<Op> {
  const shapes = (inputs: readonly FixedValue[]) => inputs.map(({ shape }) => shape);
  const operator: FixedOperator<MovementOp> = {
    arity: op === "concat" ? [1, Number.POSITIVE_INFINITY] : 1,
    shape: (node, inputs) => movementShape(node, node.name, shapes(inputs), node.shape),
    ranges: (node, inputs) => carryRanges(node, inputs),
    types: (node, inputs) => carryTypes(node, inputs),
    evaluate: (node, inputs, values) => {
      const { input, element } = movementSources(node, shapes(inputs));
      return Array.from(input, (n, e) => (n < 0 ? 0n : (values[n]?.[element[e] as number] as bigint)));
    },
    write: (node) => writeMovement(node),
    read: (reader) => readMovement(op, reader),
  };
  return operator as unknown as FixedOperator<Op>;
}

export const reshape = movement("reshape");
export const transpose = movement("transpose");
export const slice = movement("slice");
export const pad = movement("pad");
export const concat = movement("concat");
export const gather = movement("gather");
export const expand = movement("expand");
