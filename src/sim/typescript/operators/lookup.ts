import type { Interval } from "../../../ir/fixed-point.js";
import { type Granular, mapGranular } from "../../../ir/granular.js";
import { hull, hullOf } from "../../../ir/interval.js";
import { type Elements, elementsFor } from "../../elements.js";
import { coarsen, elementConstant } from "../constants.js";
import { convert, literal, literalRows } from "../expressions.js";
import type { LayerEmitter } from "../layer.js";
import { forElements } from "../sites.js";
import { constant } from "../tables.js";

/** Up to so many levels are counted one by one; more are searched by halves. */
const FEW_LEVELS = 8;

/** The items by identity of their content: each distinct one once, and which of them each element has. */
function distinct<T>(
  granular: Granular<T>,
  key: (item: T) => string,
): { readonly items: readonly T[]; readonly which: Granular<number> } {
  const found = new Map<string, number>();
  const items: T[] = [];
  const which = mapGranular(granular, (item) => {
    const text = key(item);
    const known = found.get(text);
    if (known !== undefined) return known;
    found.set(text, items.length);
    return items.push(item) - 1;
  });
  return { items, which };
}

/** How integers are compared with bounds of one more than their range. */
function boundElements(hi: bigint, lo: bigint, elements: Elements): Elements {
  if (elementsFor({ lo, hi: hi + 1n }) === "int32") return "int32";
  return elements === "bigint" ? "bigint" : "float64";
}

/** values[n], n being how many levels are reached. */
export const steps: LayerEmitter<"steps"> = ({ node, inputs: [input], elements, sites, name }) => {
  const channels = node.shape.at(-1) ?? 1;
  const { lo, hi } = hullOf(input.node.ranges);
  const results = hullOf(node.ranges);
  const { items, which } = distinct(node.steps, ({ levels, values }) => `${levels};${values}`);
  const most = Math.max(...items.map(({ levels }) => levels.length));
  // Levels that no value reaches, or all do, come to just beside the range; shorter lists end in such.
  const levels = items.flatMap((item) =>
    Array.from({ length: most }, (_, n) => {
      const level = item.levels[n] ?? hi + 1n;
      return level < lo ? lo : level > hi ? hi + 1n : level;
    }),
  );
  // What is never reached may not fit into the elements of the result.
  const values = items.flatMap((item) =>
    Array.from({ length: most + 1 }, (_, n) => {
      const value = item.values[n] ?? results.lo;
      return value < results.lo || value > results.hi ? results.lo : value;
    }),
  );
  const [levelTable, valueTable] = [name("levels"), name("values")];
  const held = boundElements(hi, lo, input.elements);
  const start = (length: number, suffix: string, comment: string) =>
    elementConstant(
      mapGranular(which, (n) => BigInt(n * length)),
      channels,
      "int32",
      () => name(suffix),
      comment,
    );
  const from = start(most, "first levels", "Where the levels start");
  const to = start(most + 1, "first values", "Where the values start");
  const k = convert("input[i]", input.elements, held === "bigint" ? "bigint" : input.elements);
  const find =
    most <= FEW_LEVELS
      ? ["let n = 0;", `while (n < ${most} && k >= ${levelTable}[start + n]) n++;`]
      : [
          "let n = 0;",
          `for (let above = ${most}; n < above; ) {`,
          "  const middle = (n + above) >> 1;",
          `  if (k >= ${levelTable}[start + middle]) n = middle + 1;`,
          "  else above = middle;",
          "}",
        ];
  return {
    comment: `One of ${most + 1} values by how many levels are reached.`,
    tables: [
      constant(levelTable, literalRows(levels, held), "Levels, ascending."),
      constant(valueTable, literalRows(values, elements), "A value below each level and one above all."),
      ...from.tables,
      ...to.tables,
    ],
    body: (writer) =>
      forElements(
        writer,
        { node, sites },
        [
          `const k = ${k};`,
          `const start = ${from.text};`,
          ...find,
          `output[i] = ${valueTable}[${to.text} + n];`,
        ],
        coarsen(which, channels).per === "channel",
      ),
  };
};

export const table: LayerEmitter<"table"> = ({ node, inputs: [input], elements, sites, name }) => {
  const channels = node.shape.at(-1) ?? 1;
  const results = hullOf(node.ranges);
  const { items, which } = distinct(node.tables, ({ low, entries }) => `${low};${entries}`);
  const starts: bigint[] = [];
  const entries: bigint[] = [];
  for (const item of items) {
    starts.push(BigInt(entries.length) - item.low);
    for (const k of item.entries) entries.push(k < results.lo || k > results.hi ? results.lo : k);
  }
  const entryTable = name("entries");
  const offsets = starts.map((k) => ({ lo: k, hi: k })).reduce<Interval>(hull, { lo: 0n, hi: 0n });
  const numbers = elementsFor(offsets) === "int32" ? "int32" : "float64";
  const held = input.elements === "bigint" ? "bigint" : numbers;
  const offset = elementConstant(
    mapGranular(which, (n) => starts[n]),
    channels,
    held,
    () => name("starts"),
    "What an integer needs more to be the index of its entry",
  );
  const index = offset.text === literal(0n, held) ? "input[i]" : `input[i] + ${offset.text}`;
  return {
    comment: `A table of ${entries.length} entries.`,
    tables: [constant(entryTable, literalRows(entries, elements), "The entries."), ...offset.tables],
    body: (writer) =>
      forElements(
        writer,
        { node, sites },
        [`output[i] = ${entryTable}[${convert(index, input.elements, "int32")}];`],
        offset.per === "channel",
      ),
  };
};

export const interpolate: LayerEmitter<"interpolate"> = ({
  node,
  inputs: [input],
  elements,
  sites,
  name,
}) => {
  const { low, step, drop } = node;
  const { lo, hi } = hullOf(input.node.ranges);
  // The last node has no line after it; nothing but its own value is read with this entry.
  const last = node.entries[node.entries.length - 1];
  const entries = [...node.entries, last];
  const width = 1n << BigInt(step);
  const shift = step + drop;
  const divisor = 1n << BigInt(Math.max(0, shift));
  const half = divisor / 2n;
  const left = 1n << BigInt(Math.max(0, -shift));
  const kind = lineArithmetic(entries, [lo, hi, low, lo - low, hi - low], {
    width,
    half,
    left,
    input: input.elements,
  });
  const text = (k: bigint) => literal(k, kind);
  const entryTable = name("entries");
  const k = convert("input[i]", input.elements, kind);
  const at = low === 0n ? k : `${k} ${low > 0n ? "-" : "+"} ${text(low > 0n ? low : -low)}`;
  const lines = [`const from = ${at};`];
  if (kind === "float64")
    lines.push(`const n = Math.floor(from / ${width});`, `const rest = from - n * ${width};`);
  else {
    const n = `from >> ${text(BigInt(step))}`;
    lines.push(
      `const n = ${kind === "bigint" ? `Number(${n})` : n};`,
      `const rest = from & ${text(width - 1n)};`,
    );
  }
  const rounded = half === 0n ? "" : ` + ${text(half)}`;
  const value = `${entryTable}[n] * ${text(width)} + (${entryTable}[n + 1] - ${entryTable}[n]) * rest${rounded}`;
  lines.push(`const k = ${left === 1n ? value : `(${value}) * ${text(left)}`};`);
  const result =
    divisor === 1n ? "k" : kind === "float64" ? `Math.floor(k / ${divisor})` : `k >> ${text(BigInt(shift))}`;
  lines.push(`output[i] = ${convert(result, kind, elements)};`);
  return {
    comment: `Straight lines between ${node.entries.length} nodes, ${width} apart.`,
    tables: [constant(entryTable, literalRows(entries, kind), "The values at the nodes.")],
    body: (writer) => forElements(writer, { node, sites }, lines, false),
  };
};

/** The arithmetic in which a line's value before rounding, and all that leads to it, is exact. */
function lineArithmetic(
  entries: readonly bigint[],
  indices: readonly bigint[],
  of: { readonly width: bigint; readonly half: bigint; readonly left: bigint; readonly input: Elements },
): Elements {
  const size = (k: bigint) => (k < 0n ? -k : k);
  const most = (items: readonly bigint[]) => items.map(size).reduce((a, b) => (a > b ? a : b));
  const slope = most(entries.map((k, n) => k - (entries[n - 1] ?? k)));
  const bound = (most(entries) * of.width + slope * of.width + of.half) * of.left;
  const all = most([bound, slope, ...indices, of.width, of.half]);
  const kind = elementsFor({ lo: -all, hi: all });
  return of.input === "bigint"
    ? "bigint"
    : kind === "int32" && of.input === "int32"
      ? "int32"
      : kind === "bigint"
        ? "bigint"
        : "float64";
}
