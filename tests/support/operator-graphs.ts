import type { Fixed, FixedNode, FixedNodeOf, FixedOp } from "../../src/ir/fixed/fixed.js";
import {
  type Interval,
  OVERFLOWS,
  ROUNDINGS,
  typeOfUnit,
  typeRange,
  unitOf,
} from "../../src/ir/fixed-point.js";
import { type Granular, granularLength } from "../../src/ir/granular.js";
import { channelHulls, hull } from "../../src/ir/interval.js";
import { MOVEMENTS } from "../../src/ir/movement.js";
import { type Ratio, ratio, times } from "../../src/ir/ratio.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { evaluateNode, type Operand } from "./interval-oracle.js";
import type { Random } from "./random.js";

/** All operators but the input. */
export const OPERATORS: readonly FixedOp[] = [
  "constant",
  "conv2d",
  "dense",
  "affine",
  "add",
  "subtract",
  "multiply",
  "maximum",
  "minimum",
  "relu",
  "clamp",
  "requantize",
  "threshold",
  "steps",
  "table",
  "interpolate",
  "select",
  "pool2d",
  "reduce",
  "argmax",
  "index_select",
  "scatter",
  ...MOVEMENTS,
];

/** A node without what follows from the nodes before it. */
type Draft = {
  readonly op: FixedOp;
  readonly shape: readonly number[];
  readonly inputs: readonly string[];
} & Record<string, unknown>;

/** Random graphs of any operators, with ranges from the interval oracle. Integers have up to about `bits` bits. */
export class OperatorGraph {
  readonly nodes: FixedNode[] = [];
  private readonly operands = new Map<string, Operand>();

  private readonly random: Random;
  private readonly bits: number;

  constructor(random: Random, bits: number) {
    this.random = random;
    this.bits = bits;
    this.input([random.integer(1, 5), random.integer(1, 6), random.integer(1, 7)]);
    if (random.chance(0.3)) this.input([random.integer(1, 9)]);
  }

  fixed(name: string): Fixed {
    const last = this.nodes.at(-1) as FixedNode;
    return { name, nodes: this.nodes, outputs: [{ name: "out", value: last.name }] };
  }

  /** Appends a node of an operator, if one fits what there is. */
  append(op: FixedOp): boolean {
    const { random } = this;
    const from = random.pick(this.nodes.slice(-4));
    const draft = this.draft(op, from);
    if (draft === undefined) return false;
    const operands = draft.inputs.map((name) => this.operands.get(name) as Operand);
    const name = `node${this.nodes.length}`;
    const unit = unitOf(from.types.items[0]);
    const own = {
      name,
      types: { per: "tensor", items: [from.types.items[0]] },
      ...draft,
    } as unknown as FixedNode;
    const values = evaluateNode(own, operands);
    if (op === "requantize") this.add(own, values);
    else
      this.add({ ...own, types: { per: "tensor", items: [typeOfUnit(values.reduce(hull), unit)] } }, values);
    return true;
  }

  private add(node: FixedNode, values: readonly Interval[]): void {
    const ranges = this.coarsen(values, node.shape);
    const known = { ...node, ranges } as FixedNode;
    const channels = node.shape.at(-1) ?? 1;
    const bounds = values.map((_, i) => {
      return ranges.items[ranges.per === "tensor" ? 0 : ranges.per === "channel" ? i % channels : i];
    });
    this.nodes.push(known);
    this.operands.set(node.name, { node: known, values: bounds });
  }

  private coarsen(values: readonly Interval[], shape: readonly number[]): Granular<Interval> {
    const per = this.random.pick(["element", "channel", "tensor"] as const);
    if (per === "tensor") return { per, items: [values.reduce(hull)] };
    const all: Granular<Interval> = { per: "element", items: values };
    return per === "element" ? all : { per, items: channelHulls(all, shape) };
  }

  /** An input of indices, some of which are no rows. */
  private index(count: number, rows: number): string {
    this.input([count], { lo: -2n, hi: BigInt(rows) + 1n });
    return (this.nodes.at(-1) as FixedNode).name;
  }

  private input(shape: readonly number[], each?: Interval): void {
    const { random } = this;
    const range = each ?? { lo: -(1n << BigInt(this.bits)), hi: (1n << BigInt(this.bits)) - 1n };
    const values = Array.from({ length: sizeOf(shape) }, (): Interval => {
      if (each !== undefined) return each;
      if (random.chance(0.5)) return { lo: 0n, hi: random.within({ lo: 0n, hi: range.hi }) };
      const [a, b] = [random.within(range), random.within(range)];
      return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
    });
    const types: FixedNode["types"] = { per: "tensor", items: [typeOfUnit(range, ratio(1n, 4n))] };
    this.add(
      {
        op: "input",
        name: `input${this.nodes.length}`,
        inputs: [],
        shape,
        types,
        rounding: "RND",
        overflow: "SAT",
      } as never,
      values,
    );
  }

  private hullOf(node: FixedNode): Interval {
    return node.ranges.items.reduce(hull);
  }

  private around(node: FixedNode): bigint {
    const { lo, hi } = this.hullOf(node);
    return this.random.within({ lo: lo - 2n, hi: hi + 2n });
  }

  private granular<T>(shape: readonly number[], make: () => T): Granular<T> {
    const per = this.random.pick(["tensor", "channel", "element"] as const);
    return { per, items: this.random.array(granularLength(per, shape), make) };
  }

  private weight(): bigint {
    const span = 1n << BigInt(Math.max(3, Math.floor(this.bits / 3)));
    return this.random.within({ lo: -span, hi: span });
  }

  private tensor(shape: readonly number[], sparsity: number) {
    const data = this.random.array(sizeOf(shape), () => (this.random.chance(sparsity) ? 0n : this.weight()));
    return { shape, data };
  }

  private limits(node: FixedNode): Interval {
    const [a, b] = [this.around(node), this.around(node)];
    return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
  }

  /** A window of an image, or undefined if none of it always meets the image. */
  private window(from: FixedNode) {
    const { random } = this;
    if (from.shape.length !== 3) return undefined;
    const size = { rows: random.integer(1, 3), columns: random.integer(1, 3) };
    const plain = random.chance(0.4);
    const pair = (most: number) => ({
      rows: plain ? 1 : random.integer(1, most),
      columns: plain ? 1 : random.integer(1, most),
    });
    const [strides, dilations] = [pair(3), pair(2)];
    const reach = { rows: (size.rows - 1) * dilations.rows, columns: (size.columns - 1) * dilations.columns };
    // No window lies over the padding alone.
    const pad = (most: number, image: number) => random.integer(0, Math.min(most, image - 1));
    const pads = {
      top: size.rows > 1 ? Math.min(dilations.rows, pad(reach.rows, from.shape[0])) : 0,
      bottom: 0,
      left: size.columns > 1 ? Math.min(dilations.columns, pad(reach.columns, from.shape[1])) : 0,
      right: size.columns > 1 ? Math.min(dilations.columns, pad(reach.columns, from.shape[1])) : 0,
    };
    const rows = Math.floor((from.shape[0] + pads.top + pads.bottom - reach.rows - 1) / strides.rows) + 1;
    const columns =
      Math.floor((from.shape[1] + pads.left + pads.right - reach.columns - 1) / strides.columns) + 1;
    return rows < 1 || columns < 1 ? undefined : { size, strides, dilations, pads, rows, columns };
  }

  private draft(op: FixedOp, from: FixedNode): Draft | undefined {
    const { random } = this;
    const { shape } = from;
    const inputs = [from.name];
    const range = this.hullOf(from);
    const size = sizeOf(shape);
    const [low, high] = [range.lo, range.hi];
    switch (op) {
      case "input":
        return undefined;
      case "constant": {
        const value = this.tensor(shape, 0.2);
        return { op, shape, inputs: [], value };
      }
      case "conv2d": {
        const window = this.window(from);
        if (window === undefined) return undefined;
        const groups = random.pick([1, 1, shape[2], 2].filter((n) => shape[2] % n === 0));
        const outputs = groups * random.integer(1, groups === 1 ? 6 : 2);
        const kernelShape = [window.size.rows, window.size.columns, shape[2] / groups, outputs];
        const { rows, columns, size: _, ...own } = window;
        return {
          op,
          shape: [rows, columns, outputs],
          inputs,
          ...own,
          groups,
          kernel: this.tensor(kernelShape, random.pick([0, 0.7])),
          bias: this.tensor([outputs], 0.2),
        };
      }
      case "dense": {
        if (shape.length === 0) return undefined;
        const channels = shape.at(-1) as number;
        const outputs = random.integer(1, 10);
        return {
          op,
          shape: [...shape.slice(0, -1), outputs],
          inputs,
          kernel: this.tensor([channels, outputs], random.pick([0, 0.3, 0.8])),
          bias: this.tensor([outputs], 0.2),
        };
      }
      case "affine":
        return {
          op,
          shape,
          inputs,
          multiplier: this.granular(shape, () => this.weight()),
          offset: this.granular(shape, () => this.weight() * 5n),
        };
      case "add":
      case "subtract":
      case "multiply":
      case "maximum":
      case "minimum": {
        const other = random.pick(this.nodes.filter((node) => String(node.shape) === String(shape)));
        return { op, shape, inputs: random.chance(0.5) ? [from.name, other.name] : [other.name, from.name] };
      }
      case "relu":
        return { op, shape, inputs };
      case "clamp":
        return { op, shape, inputs, limits: this.granular(shape, () => this.limits(from)) };
      case "requantize":
        return { ...this.conversion(from), op, shape, inputs };
      case "threshold":
        return { op, shape, inputs, levels: random.array(shape.at(-1) ?? 1, () => this.around(from)) };
      case "steps":
        return {
          op,
          shape,
          inputs,
          steps: this.granular(shape, () => {
            const levels = random.array(random.pick([0, 1, 3, 8, 30]), () => this.around(from));
            levels.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
            return { levels, values: random.array(levels.length + 1, () => this.weight()) };
          }),
        };
      case "table":
        if (high - low > 300n) return undefined;
        return {
          op,
          shape,
          inputs,
          tables: this.granular(shape, () => {
            const first = low - BigInt(random.integer(0, 3));
            const length = Number(high - first) + random.integer(1, 4);
            return { low: first, entries: random.array(length, () => this.weight()) };
          }),
        };
      case "interpolate": {
        const span = (high - low).toString(2).length;
        const step = Math.max(0, span - random.integer(1, 4));
        const first = low - BigInt(random.integer(0, 2));
        const count = Number((high - first) >> BigInt(step)) + 2;
        const drop = random.integer(0, 4);
        return {
          op,
          shape,
          inputs,
          low: first,
          step,
          drop,
          entries: random.array(count, () => this.weight()),
        };
      }
      case "select": {
        const conditions = this.nodes.filter(
          (node) =>
            node.ranges.items.every(({ lo, hi }) => lo >= 0n && hi <= 1n) &&
            String(node.shape) === String(shape),
        );
        if (conditions.length === 0) return undefined;
        const others = this.nodes.filter((node) => String(node.shape) === String(shape));
        return { op, shape, inputs: [random.pick(conditions).name, from.name, random.pick(others).name] };
      }
      case "pool2d": {
        const window = this.window(from);
        if (window === undefined) return undefined;
        const { rows, columns, ...own } = window;
        return { op, shape: [rows, columns, shape[2]], inputs, ...own, kind: random.pick(["max", "sum"]) };
      }
      case "reduce": {
        const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5));
        if (axes.length === 0) return undefined;
        const kept = shape.filter((_, axis) => !axes.includes(axis));
        return { op, shape: kept, inputs, axes, kind: random.pick(["sum", "max", "min"]) };
      }
      case "argmax":
        return shape.length === 0
          ? undefined
          : { op, shape: shape.slice(0, -1), inputs, last: random.chance(0.5) };
      case "index_select": {
        if (shape.length === 0) return undefined;
        const count = random.integer(1, 6);
        return {
          op,
          shape: [count, ...shape.slice(1)],
          inputs: [from.name, this.index(count, shape[0])],
        };
      }
      case "scatter": {
        if (shape.length === 0) return undefined;
        const rows = random.integer(1, 5);
        return {
          op,
          shape: [rows, ...shape.slice(1)],
          inputs: [from.name, this.index(shape[0], rows)],
          rows,
          kind: random.pick(["sum", "max"]),
        };
      }
      case "reshape": {
        const rows = random.pick([1, 2, 3, 4].filter((n) => size % n === 0));
        const columns = random.pick([1, 2, 3].filter((n) => (size / rows) % n === 0));
        return { op, shape: random.pick([[size], [rows, columns, size / rows / columns]]), inputs };
      }
      case "transpose": {
        const permutation = shape.map((_, axis) => axis).sort(() => (random.chance(0.5) ? 1 : -1));
        return { op, shape: permutation.map((axis) => shape[axis]), inputs, permutation };
      }
      case "slice": {
        const axes = shape.map((length) => {
          const step = random.pick([1, 1, 2, -1, -2]);
          const start = random.integer(0, length - 1);
          const most = Math.floor((step > 0 ? length - 1 - start : start) / Math.abs(step)) + 1;
          return { step, start, count: random.integer(1, most) };
        });
        return {
          op,
          shape: axes.map(({ count }) => count),
          inputs,
          starts: axes.map(({ start }) => start),
          steps: axes.map(({ step }) => step),
        };
      }
      case "pad": {
        const before = shape.map(() => random.integer(0, 2));
        const after = shape.map(() => random.integer(0, 2));
        return { op, shape: shape.map((n, axis) => n + before[axis] + after[axis]), inputs, before, after };
      }
      case "concat": {
        if (shape.length === 0) return undefined;
        const axis = random.integer(0, shape.length - 1);
        const same = (node: FixedNode) =>
          node.shape.length === shape.length && node.shape.every((n, i) => i === axis || n === shape[i]);
        const parts = [
          from,
          ...random.array(random.integer(0, 2), () => random.pick(this.nodes.filter(same))),
        ];
        const total = parts.reduce((sum, node) => sum + node.shape[axis], 0);
        return {
          op,
          shape: shape.map((n, i) => (i === axis ? total : n)),
          inputs: parts.map(({ name }) => name),
          axis,
        };
      }
      case "gather": {
        if (shape.length === 0) return undefined;
        const axis = random.integer(0, shape.length - 1);
        const indices = random.array(random.integer(1, 5), () => random.integer(0, shape[axis] - 1));
        return { op, shape: shape.map((n, i) => (i === axis ? indices.length : n)), inputs, axis, indices };
      }
      case "expand": {
        const grown = shape.map((n) => (n === 1 ? random.integer(1, 3) : n));
        return {
          op,
          shape: shape.length < 3 && random.chance(0.5) ? [random.integer(1, 3), ...grown] : grown,
          inputs,
        };
      }
    }
  }

  /** Types of one unit that round and overflow what comes in now and then. */
  private conversion(
    from: FixedNode,
  ): Pick<FixedNodeOf<"requantize">, "types" | "rounding" | "overflow" | "limits"> {
    const { random } = this;
    const range = this.hullOf(from);
    const factors: readonly Ratio[] = [
      ratio(1n, 1n),
      ratio(4n, 1n),
      ratio(1n, 2n),
      ratio(3n, 7n),
      ratio(13n, 2n),
      ratio(1n, 5n),
      ratio(16n, 3n),
      ratio(10000019n, 1n << 24n),
    ];
    const unit = times(unitOf(from.types.items[0]), random.pick(factors));
    const apart = random.chance(0.2);
    const types = this.granular(from.shape, () => {
      const bits = BigInt(random.integer(0, 6));
      const own = apart ? times(unit, random.pick(factors)) : unit;
      return typeOfUnit({ lo: random.chance(0.5) ? range.lo >> bits : 0n, hi: range.hi >> bits }, own);
    });
    const overflow = random.pick(OVERFLOWS);
    const rounding = random.pick(ROUNDINGS);
    if (overflow !== "SAT" || random.chance(0.6)) return { types, overflow, rounding };
    const limits: Granular<Interval> = {
      per: types.per,
      items: types.items.map((type) => {
        const [a, b] = [random.within(typeRange(type)), random.within(typeRange(type))];
        return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
      }),
    };
    return { types, overflow, rounding, limits };
  }
}
