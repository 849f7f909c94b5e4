import type { Fixed, FixedNode, FixedNodeOf } from "../../src/ir/fixed/fixed.js";
import { floorDivide, type Interval, requantize, typeRange } from "../../src/ir/fixed-point.js";
import { atElement } from "../../src/ir/granular.js";
import { hull } from "../../src/ir/interval.js";
import { isMovement, movementSources } from "../../src/ir/movement.js";
import { sizeOf } from "../../src/ir/tensor.js";

/**
 * A second opinion on the Fixed operators, written from their formulas on intervals: on points it gives their values,
 * on ranges it gives bounds of them.
 */
export type Operand = { readonly node: FixedNode; readonly values: readonly Interval[] };

const point = (k: bigint): Interval => ({ lo: k, hi: k });
const plus = (a: Interval, b: Interval): Interval => ({ lo: a.lo + b.lo, hi: a.hi + b.hi });
const around = (items: readonly bigint[]): Interval => items.map(point).reduce(hull);
const times = (a: Interval, b: Interval) => around([a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi]);
const both = (a: Interval, b: Interval, f: (x: bigint, y: bigint) => bigint): Interval => ({
  lo: f(a.lo, b.lo),
  hi: f(a.hi, b.hi),
});
const most = (x: bigint, y: bigint) => (x > y ? x : y);
const least = (x: bigint, y: bigint) => (x < y ? x : y);
const rising = (a: Interval, f: (k: bigint) => bigint): Interval => ({ lo: f(a.lo), hi: f(a.hi) });

/** All integers of an interval if they are few. */
function few({ lo, hi }: Interval): readonly bigint[] | undefined {
  return hi - lo > 300n ? undefined : Array.from({ length: Number(hi - lo) + 1 }, (_, i) => lo + BigInt(i));
}

export function evaluateNode(node: FixedNode, operands: readonly Operand[]): readonly Interval[] {
  const [a, b, c] = operands.map(({ values }) => values);
  const channels = node.shape.at(-1) ?? 1;
  const each = (f: (k: Interval, i: number) => Interval) => a.map(f);
  if (isMovement(node)) {
    const { input, element } = movementSources(
      node,
      operands.map((operand) => operand.node.shape),
    );
    return Array.from(input, (from, e) => (from < 0 ? point(0n) : operands[from].values[element[e]]));
  }
  switch (node.op) {
    case "input":
      throw new Error("an input has no operands");
    case "constant":
      return node.value.data.map(point);
    case "conv2d":
      return convolve(node, operands[0]);
    case "dense": {
      const [inputs, outputs] = node.kernel.shape;
      return Array.from({ length: sizeOf(node.shape) }, (_, n) => {
        const [row, o] = [Math.floor(n / outputs), n % outputs];
        let sum = point(node.bias.data[o]);
        for (let i = 0; i < inputs; i++)
          sum = plus(sum, times(a[row * inputs + i], point(node.kernel.data[i * outputs + o])));
        return sum;
      });
    }
    case "affine":
      return each((k, i) => {
        const [m, o] = [atElement(node.multiplier, i, channels), atElement(node.offset, i, channels)];
        return plus(times(k, point(m)), point(o));
      });
    case "add":
      return each((k, i) => plus(k, b[i]));
    case "subtract":
      return each((k, i) => plus(k, times(b[i], point(-1n))));
    case "multiply":
      return each((k, i) => times(k, b[i]));
    case "maximum":
      return each((k, i) => both(k, b[i], most));
    case "minimum":
      return each((k, i) => both(k, b[i], least));
    case "relu":
      return each((k) => rising(k, (x) => most(x, 0n)));
    case "clamp":
      return each((k, i) => {
        const { lo, hi } = atElement(node.limits, i, channels);
        return rising(k, (x) => least(most(x, lo), hi));
      });
    case "requantize":
      return each((k, i) => {
        const from = atElement(operands[0].node.types, i, channels);
        const to = atElement(node.types, i, channels);
        const limits = node.limits && atElement(node.limits, i, channels);
        const convert = (x: bigint) => {
          const y = requantize(x, from, to, node.rounding, node.overflow);
          return limits === undefined ? y : least(most(y, limits.lo), limits.hi);
        };
        if (node.overflow === "SAT" || node.overflow === "SAT_SYM") return rising(k, convert);
        const all = few(k);
        return all === undefined ? hull(typeRange(to), point(0n)) : around(all.map(convert));
      });
    case "threshold":
      return each((k, i) => rising(k, (x) => (x >= node.levels[i % channels] ? 1n : 0n)));
    case "steps":
      return each((k, i) => {
        const { levels, values } = atElement(node.steps, i, channels);
        const reached = (x: bigint) => levels.filter((level) => x >= level).length;
        return around(values.slice(reached(k.lo), reached(k.hi) + 1));
      });
    case "table":
      return each((k, i) => {
        const { low, entries } = atElement(node.tables, i, channels);
        return around(entries.slice(Number(k.lo - low), Number(k.hi - low) + 1));
      });
    case "interpolate":
      return each((k) => {
        const all = few(k);
        return all === undefined
          ? around(Array.from({ length: node.entries.length - 1 }, (_, i) => line(node, i)).flat())
          : around(all.map((x) => onLine(node, x)));
      });
    case "select":
      return each((k, i) => (k.lo === k.hi ? (k.lo === 1n ? b[i] : c[i]) : hull(b[i], c[i])));
    case "pool2d":
      return pool(node, operands[0]);
    case "reduce":
      return reduce(node, operands[0]);
    case "index_select":
      return selectRows(operands);
    case "scatter":
      return scatterRows(node, operands);
    case "argmax": {
      const size = operands[0].node.shape.at(-1) ?? 1;
      return Array.from({ length: a.length / size }, (_, n) => {
        const row = a.slice(n * size, (n + 1) * size);
        if (row.some(({ lo, hi }) => lo !== hi)) return { lo: 0n, hi: BigInt(size - 1) };
        const largest = row.map(({ lo }) => lo).reduce(most);
        const found = row.flatMap(({ lo }, i) => (lo === largest ? [BigInt(i)] : []));
        return point(found[node.last ? found.length - 1 : 0]);
      });
    }
  }
}

/** All values of one event. */
export function evaluateAll(
  fixed: Fixed,
  inputs: Readonly<Record<string, readonly bigint[]>>,
): ReadonlyMap<string, readonly bigint[]> {
  const operands = new Map<string, Operand>();
  for (const node of fixed.nodes) {
    const values =
      node.op === "input"
        ? inputs[node.name].map(point)
        : evaluateNode(
            node,
            node.inputs.map((name) => operands.get(name) as Operand),
          );
    operands.set(node.name, { node, values });
  }
  return new Map([...operands].map(([name, { values }]) => [name, values.map(({ lo }) => lo)]));
}

function convolve(node: FixedNodeOf<"conv2d">, { node: input, values }: Operand): readonly Interval[] {
  const [height, width, channels] = input.shape;
  const [rows, columns, perGroup, outputs] = node.kernel.shape;
  return everywhere(node.shape, ([y, x, o]) => {
    let sum = point(node.bias.data[o]);
    const group = Math.floor((o * node.groups) / outputs);
    for (let r = 0; r < rows; r++) {
      for (let q = 0; q < columns; q++) {
        const yy = y * node.strides.rows + r * node.dilations.rows - node.pads.top;
        const xx = x * node.strides.columns + q * node.dilations.columns - node.pads.left;
        if (yy < 0 || yy >= height || xx < 0 || xx >= width) continue;
        for (let i = 0; i < perGroup; i++) {
          const weight = node.kernel.data[((r * columns + q) * perGroup + i) * outputs + o];
          sum = plus(sum, times(values[(yy * width + xx) * channels + group * perGroup + i], point(weight)));
        }
      }
    }
    return sum;
  });
}

function pool(node: FixedNodeOf<"pool2d">, { node: input, values }: Operand): readonly Interval[] {
  const [height, width, channels] = input.shape;
  return everywhere(node.shape, ([y, x, c]) => {
    const found: Interval[] = [];
    for (let r = 0; r < node.size.rows; r++) {
      for (let q = 0; q < node.size.columns; q++) {
        const yy = y * node.strides.rows + r * node.dilations.rows - node.pads.top;
        const xx = x * node.strides.columns + q * node.dilations.columns - node.pads.left;
        if (yy < 0 || yy >= height || xx < 0 || xx >= width) continue;
        found.push(values[(yy * width + xx) * channels + c]);
      }
    }
    return node.kind === "sum" ? found.reduce(plus, point(0n)) : found.reduce((a, b) => both(a, b, most));
  });
}

function reduce(node: FixedNodeOf<"reduce">, { node: input, values }: Operand): readonly Interval[] {
  const groups = new Map<string, Interval[]>();
  everywhere(input.shape, (at) => {
    const key = at.filter((_, axis) => !node.axes.includes(axis)).join();
    const value = values[at.reduce((e, n, axis) => e * input.shape[axis] + n, 0)];
    groups.set(key, [...(groups.get(key) ?? []), value]);
    return value;
  });
  const f = node.kind === "max" ? most : least;
  return [...groups.values()].map((items) =>
    items.reduce(node.kind === "sum" ? plus : (a, b) => both(a, b, f)),
  );
}

const isPoint = ({ lo, hi }: Interval) => lo === hi;

function selectRows([values, index]: readonly Operand[]): readonly Interval[] {
  const [rows, ...rest] = values.node.shape;
  const inner = sizeOf(rest);
  return index.values.flatMap((k) =>
    Array.from({ length: inner }, (_, i) => {
      const column = Array.from({ length: rows }, (_, n) => values.values[n * inner + i]);
      if (isPoint(k)) return column[Number(k.lo)] ?? point(0n);
      return column.reduce(hull, point(0n));
    }),
  );
}

function scatterRows(node: FixedNodeOf<"scatter">, [values, index]: readonly Operand[]): readonly Interval[] {
  const inner = sizeOf(node.shape.slice(1));
  const known = index.values.every(isPoint);
  return Array.from({ length: sizeOf(node.shape) }, (_, at) => {
    const [row, i] = [Math.floor(at / inner), at % inner];
    const arriving = index.values.flatMap((k, e) => {
      const value = values.values[e * inner + i];
      if (known) return k.lo === BigInt(row) ? [value] : [];
      return [hull(value, point(0n))];
    });
    if (node.kind === "sum") return arriving.reduce(plus, point(0n));
    const join = (a: Interval, b: Interval) => (known ? both(a, b, most) : hull(a, b));
    return arriving.length === 0 ? point(0n) : arriving.reduce(join);
  });
}

/** f of every index of a shape, row-major. */
function everywhere<T>(shape: readonly number[], f: (at: readonly number[]) => T): readonly T[] {
  return Array.from({ length: sizeOf(shape) }, (_, e) => {
    const at: number[] = [];
    let rest = e;
    for (const size of [...shape].reverse()) {
      at.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    return f(at);
  });
}

function onLine({ low, step, drop, entries }: FixedNodeOf<"interpolate">, k: bigint): bigint {
  const width = 1n << BigInt(step);
  const i = floorDivide(k - low, width);
  const rest = k - low - i * width;
  const first = entries[Number(i)];
  const next = rest === 0n ? first : entries[Number(i) + 1];
  const shift = BigInt(step + drop);
  const half = shift > 0n ? 1n << (shift - 1n) : 0n;
  return (first * width + (next - first) * rest + half) >> shift;
}

/** The ends of a line. */
function line(node: FixedNodeOf<"interpolate">, i: number): readonly bigint[] {
  const width = 1n << BigInt(node.step);
  const at = (n: number) => onLine(node, node.low + BigInt(n) * width);
  return [at(i), at(i + 1)];
}
