import { UserError } from "../../errors.js";
import { type FixedType, type Interval, typeLike } from "../../fixed-point.js";
import { collapse, type Granular, perTensor, zipGranular } from "../../granular.js";
import { sameInterval, sum } from "../../interval.js";
import { sizeOf } from "../../tensor.js";
import { type Typed, typedItems, unitType } from "../check.js";
import type { FixedReduce, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { largest, smallest } from "./extremes.js";

/** For each element of the result, the items of the elements that are reduced into it. */
function groups<T>(axes: readonly number[], shape: readonly number[], items: readonly T[]): readonly T[][] {
  // What each index of each axis adds to the index of the result; nothing for an axis that disappears.
  let stride = 1;
  const strides = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) continue;
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  let targets = [0];
  shape.forEach((size, axis) => {
    targets = targets.flatMap((target) =>
      Array.from({ length: size }, (_, i) => target + i * (strides[axis] as number)),
    );
  });
  const result = Array.from({ length: stride }, (): T[] => []);
  for (const [e, target] of targets.entries()) result[target]?.push(items[e] as T);
  return result;
}

const INTEGER: { readonly [Kind in FixedReduce["kind"]]: (integers: readonly bigint[]) => bigint } = {
  sum: (integers) => integers.reduce((a, b) => a + b, 0n),
  max: largest,
  min: smallest,
};

function rangeOf(kind: FixedReduce["kind"], ranges: readonly Interval[], copies: bigint): Interval {
  if (kind === "sum") {
    const { lo, hi } = ranges.reduce(sum);
    return { lo: lo * copies, hi: hi * copies };
  }
  return { lo: INTEGER[kind](ranges.map(({ lo }) => lo)), hi: INTEGER[kind](ranges.map(({ hi }) => hi)) };
}

/**
 * Reduces what is known of the elements: `f` takes the properties that are reduced into one, each of them standing for
 * `copies` elements. What is known per tensor or per channel is reduced without going over the elements.
 */
function reduced<T, U>(
  { axes, shape }: FixedReduce,
  input: readonly number[],
  granular: Granular<T>,
  f: (items: readonly T[], copies: bigint) => U,
): Granular<U> {
  const { per, items } = granular;
  if (per === "element") return { per, items: groups(axes, input, items).map((group) => f(group, 1n)) };
  const elements = sizeOf(axes.map((axis) => input[axis] as number));
  const takesChannels = axes.includes(input.length - 1);
  if (per === "channel" && takesChannels) {
    return perTensor(f(items, BigInt(elements / items.length)));
  }
  // A scalar of a channel: its only axis was reduced, or it never had one.
  return {
    per: shape.length === 0 ? "tensor" : per,
    items: items.map((item) => f([item], BigInt(elements))),
  };
}

export const reduce: FixedOperator<"reduce"> = {
  arity: 1,
  shape: ({ axes, name }, [input]) => {
    const { shape } = input as FixedValue;
    const valid = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length);
    if (!valid || new Set(axes).size !== axes.length) {
      throw new UserError(`[${axes.join(", ")}] are no axes of [${shape.join(", ")}]`, {
        where: `node '${name}'`,
      });
    }
    return shape.filter((_, axis) => !axes.includes(axis));
  },
  ranges: (node, [input]) => {
    const { shape, ranges } = input as FixedValue;
    const result = reduced(node, shape, ranges, (items, copies) => rangeOf(node.kind, items, copies));
    return result.per === "element" ? collapse(result, node.shape, sameInterval) : result;
  },
  types: (node, [input], ranges) => {
    const value = input as FixedValue;
    const like: Granular<FixedType> =
      value.types.per === "tensor"
        ? value.types
        : reduced(node, value.shape, typedItems(value), (items: readonly Typed[]) =>
            unitType(items, node.name),
          );
    const types = zipGranular(node.shape, [ranges, like], typeLike);
    return types;
  },
  evaluate: (node, [input], [values]) =>
    groups(node.axes, (input as FixedValue).shape, values as readonly bigint[]).map(INTEGER[node.kind]),
  write: (node) => ({ kind: node.kind, axes: node.axes.map(BigInt) }),
  read: (reader) => ({ kind: reader.oneOf("kind", ["sum", "max", "min"]), axes: reader.counts("axes") }),
};
