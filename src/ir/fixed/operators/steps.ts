import { UserError } from "../../errors.js";
import { type Interval, typeLike } from "../../fixed-point.js";
import { atElement, type Granular, zipGranular } from "../../granular.js";
import { hull, point } from "../../interval.js";
import { write } from "../../text/write.js";
import { verifyLength } from "../check.js";
import type { FixedSteps, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

type Steps = FixedSteps["steps"] extends Granular<infer T> ? T : never;

/** How many of the levels (ascending) k reaches. */
function reached(levels: readonly bigint[], k: bigint): number {
  let [least, most] = [0, levels.length];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (k >= (levels[middle] as bigint)) least = middle + 1;
    else most = middle;
  }
  return least;
}

function verifySteps(node: FixedSteps, shape: readonly number[]): void {
  const where = `node '${node.name}': steps`;
  verifyLength(node.steps, shape, where);
  for (const { levels, values } of node.steps.items) {
    if (values.length !== levels.length + 1) {
      throw new UserError(`${values.length} values for ${levels.length} levels: there is one value more`, {
        where,
      });
    }
    if (levels.some((level, i) => i > 0 && level < (levels[i - 1] as bigint))) {
      throw new UserError("the levels do not ascend", { where });
    }
  }
}

export const steps: FixedOperator<"steps"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    verifySteps(node, shape);
    return shape;
  },
  ranges: (node, [input]) => {
    const { shape, ranges } = input as FixedValue;
    return zipGranular(shape, [ranges, node.steps], (range: Interval, { levels, values }: Steps) =>
      values
        .slice(reached(levels, range.lo), reached(levels, range.hi) + 1)
        .map(point)
        .reduce(hull),
    );
  },
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, _inputs, [integers]) => {
    const channels = node.shape.at(-1) ?? 1;
    return (integers as readonly bigint[]).map((k, i) => {
      const { levels, values } = atElement(node.steps, i, channels);
      return values[reached(levels, k)] as bigint;
    });
  },
  write: (node) => ({ steps: write.records(node.steps) }),
  read: (reader) => ({
    steps: reader.granularRecords("steps", (record) => ({
      levels: record.integers("levels"),
      values: record.integers("values"),
    })),
  }),
};
