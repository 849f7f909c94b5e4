import { UserError } from "../../errors.js";
import { type Interval, typeLike } from "../../fixed-point.js";
import { atElement, mapGranular, zipGranular } from "../../granular.js";
import { hull, point } from "../../interval.js";
import { write } from "../../text/write.js";
import { verifyLength } from "../check.js";
import type { FixedValue, IntegerTable } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { remembered } from "../operator.js";

/** The smallest interval that holds the entries for k of `range`. */
function entryRange(table: IntegerTable, range: Interval, name: string): Interval {
  const last = table.low + BigInt(table.entries.length) - 1n;
  if (range.lo < table.low || range.hi > last) {
    throw new UserError(
      `its table has entries for ${table.low}..${last}, its input takes ${range.lo}..${range.hi}`,
      { where: `node '${name}'` },
    );
  }
  const [from, to] = [Number(range.lo - table.low), Number(range.hi - table.low)];
  return table.entries
    .slice(from, to + 1)
    .map(point)
    .reduce(hull);
}

export const table: FixedOperator<"table"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    verifyLength(node.tables, shape, `node '${node.name}': tables`);
    return shape;
  },
  ranges: (node, [input]) => {
    const { shape, ranges } = input as FixedValue;
    const rangeOf = remembered((entries: IntegerTable, range) => entryRange(entries, range, node.name));
    return zipGranular(shape, [node.tables, ranges], rangeOf);
  },
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, _inputs, [values]) => {
    const channels = node.shape.at(-1) ?? 1;
    return (values as readonly bigint[]).map((k, i) => {
      const { low, entries } = atElement(node.tables, i, channels);
      return entries[Number(k - low)] as bigint;
    });
  },
  write: (node) => ({
    tables: write.records(mapGranular(node.tables, ({ low, entries }) => ({ low, entries }))),
  }),
  read: (reader) => ({
    tables: reader.granularRecords("tables", (record) => ({
      low: record.integer("low"),
      entries: record.integers("entries"),
    })),
  }),
};
