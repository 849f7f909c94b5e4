import { completeNode, type NodeSketch } from "../../src/ir/fixed/build.js";
import type { FixedInput, FixedNode } from "../../src/ir/fixed/fixed.js";
import { fixedOperator } from "../../src/ir/fixed/operators/index.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { type FixedType, type Interval, printType } from "../../src/ir/fixed-point.js";
import { type Granular, perTensor } from "../../src/ir/granular.js";

export const fixed = (
  width: number,
  integer: number,
  scale?: readonly [n: bigint, d: bigint],
): FixedType => ({
  signed: true,
  width,
  integer,
  ...(scale && { scale: { n: scale[0], d: scale[1] } }),
});
export const ufixed = (width: number, integer: number): FixedType => ({ signed: false, width, integer });
export const channel = <T>(...items: readonly T[]): Granular<T> => ({ per: "channel", items });
export const element = <T>(...items: readonly T[]): Granular<T> => ({ per: "element", items });

/** An interval from a text such as `-3..4`. */
export function interval(text: string): Interval {
  const [lo, hi] = text.split("..");
  return { lo: BigInt(lo), hi: BigInt(hi) };
}

/** An input of 8 bits; ranges and types where they are given. */
export function input(
  name: string,
  shape: readonly number[],
  facts: { readonly types?: Granular<FixedType>; readonly ranges?: Granular<string> | string } = {},
): FixedInput {
  const ranges = facts.ranges ?? "-100..100";
  return {
    op: "input",
    name,
    inputs: [],
    shape,
    types: facts.types ?? perTensor(fixed(8, 8)),
    ranges:
      typeof ranges === "string"
        ? perTensor(interval(ranges))
        : { per: ranges.per, items: ranges.items.map(interval) },
    rounding: "RND",
    overflow: "SAT",
  };
}

type WithoutName<Sketch> = Sketch extends unknown ? Omit<Sketch, "name" | "inputs"> : never;
/** What a test says of a node: its operator and its own attributes. */
export type Own = WithoutName<NodeSketch>;

/** A verified node `y` behind `inputs`. */
export function node(own: Own, ...inputs: readonly FixedNode[]): FixedNode {
  const sketch = { ...own, name: "y", inputs: inputs.map(({ name }) => name) } as NodeSketch;
  const result = completeNode(sketch, inputs);
  const nodes = [...new Set(inputs), result];
  verifyFixed({ name: "test", nodes, outputs: [{ name: "y", value: "y" }] });
  return result;
}

/** What a node makes of the integers of its inputs. */
export function values(
  own: FixedNode,
  inputs: readonly FixedNode[],
  ...integers: readonly (readonly number[])[]
) {
  const bigints = integers.map((list) => list.map(BigInt));
  return fixedOperator(own.op)
    .evaluate(own as never, inputs, bigints)
    .map(Number);
}

/** Shape, types and ranges in short. */
export function facts({ shape, types, ranges }: FixedNode): string {
  const list = <T>({ per, items }: Granular<T>, print: (item: T) => string) =>
    per === "tensor" ? print(items[0]) : `${per}[${items.map(print).join(", ")}]`;
  return `[${shape.join(", ")}] ${list(types, printType)} ${list(ranges, ({ lo, hi }) => `${lo}..${hi}`)}`;
}
