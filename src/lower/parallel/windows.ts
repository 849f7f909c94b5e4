import type { WireId } from "../../ir/circuit/circuit.js";
import type { FixedConv2d, FixedDense, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import { lowerSums } from "../chain.js";
import type { LinearSum } from "../linear/sum.js";
import type { Signal } from "../module-builder.js";
import type { FedSite, Root, Site, Slot, Windows } from "./site.js";

/** A constant matrix at every site: `weights[i]` are the weights of slot i, one for each result. */
function matrixRoot(
  sites: readonly Site[],
  weights: readonly (readonly bigint[])[],
  biases: readonly bigint[],
  windows?: Windows,
): Root {
  const rows = biases.map((bias, o) => ({ weights: weights.map((column) => column[o] as bigint), bias }));
  const terms = weights.map((column) => column.filter((weight) => weight !== 0n).length);
  return {
    sites,
    weighted: true,
    terms: ({ slots }) =>
      slots.reduce((sum, slot, i) => sum + (slot === undefined ? 0 : (terms[i] as number)), 0),
    key: () => "",
    ...(windows !== undefined && { windows }),
    compute: (builder, copy, chain) => {
      const { inputs, sums } = joinedSums(copy, rows);
      const results = copy.flatMap(({ site }) => site.results);
      return lowerSums(builder, inputs, sums, chain, results);
    },
  };
}

/** The rows of a matrix at each of several sites, over all inputs that these read. */
function joinedSums(
  copy: readonly FedSite[],
  rows: readonly LinearSum[],
): { readonly inputs: readonly Signal[]; readonly sums: readonly LinearSum[] } {
  const inputs: Signal[] = [];
  const places = new Map<WireId, number>();
  for (const signal of copy.flatMap(({ slots }) => slots)) {
    if (places.has(signal.wire)) continue;
    places.set(signal.wire, inputs.length);
    inputs.push(signal);
  }
  const sums = copy.flatMap(({ slots }) =>
    rows.map(({ weights, bias }) => {
      const all = new Array<bigint>(inputs.length).fill(0n);
      slots.forEach(({ wire }, i) => {
        const place = places.get(wire) as number;
        all[place] = (all[place] as bigint) + (weights[i] as bigint);
      });
      return { weights: all, bias };
    }),
  );
  return { inputs, sums };
}

/** The last axis times a matrix: a site for each position of the other axes. Inputs without a weight are not read. */
export function denseRoot({ kernel, bias, shape }: FixedDense): Root {
  const [inputs, outputs] = kernel.shape as [number, number];
  const weights = Array.from({ length: inputs }, (_, i) => kernel.data.slice(i * outputs, (i + 1) * outputs));
  const read = weights.flatMap((column, i) => (column.every((weight) => weight === 0n) ? [] : [i]));
  const sites = Array.from({ length: sizeOf(shape.slice(0, -1)) }, (_, position) => ({
    slots: read.map((i): Slot => ({ operand: 0, element: position * inputs + i })),
    results: Array.from({ length: outputs }, (_, o) => position * outputs + o),
  }));
  return matrixRoot(
    sites,
    read.map((i) => weights[i] as readonly bigint[]),
    bias.data,
  );
}

/** A site for each position of the result; taps without a weight are not read. */
export function convRoot(node: FixedConv2d, input: FixedNode): Root {
  const [, columns, perGroup, outputs] = node.kernel.shape as [number, number, number, number];
  const [rows] = node.kernel.shape as [number];
  const channels = perGroup * node.groups;
  const taps: { readonly r: number; readonly c: number; readonly channel: number }[] = [];
  const weights: (readonly bigint[])[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      for (let channel = 0; channel < channels; channel++) {
        const group = Math.floor(channel / perGroup);
        const start = ((r * columns + c) * perGroup + (channel % perGroup)) * outputs;
        const own = Array.from({ length: outputs }, (_, o) =>
          Math.floor((o * node.groups) / outputs) === group ? (node.kernel.data[start + o] as bigint) : 0n,
        );
        if (own.every((weight) => weight === 0n)) continue;
        taps.push({ r, c, channel });
        weights.push(own);
      }
    }
  }
  const [height, width] = node.shape as [number, number];
  const sites: Site[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const slots = taps.map(({ r, c, channel }) => {
        const position = positionAt(node, input, y, x, r, c);
        return position < 0 ? undefined : { operand: 0, element: position * channels + channel };
      });
      const results = Array.from({ length: outputs }, (_, o) => (y * width + x) * outputs + o);
      sites.push({ slots, results });
    }
  }
  const overlap =
    (rows - 1) * node.dilations.rows >= node.strides.rows ||
    (columns - 1) * node.dilations.columns >= node.strides.columns;
  return matrixRoot(sites, weights, node.bias.data, overlap ? { rows: height, columns: width } : undefined);
}

/** The position of the input under tap (r, c) of the window at (y, x), row-major; −1 in the padding. */
function positionAt(
  { strides, dilations, pads }: Pick<FixedConv2d, "strides" | "dilations" | "pads">,
  { shape }: FixedNode,
  y: number,
  x: number,
  r: number,
  c: number,
): number {
  const [height, width] = shape as [number, number];
  const row = y * strides.rows + r * dilations.rows - pads.top;
  const column = x * strides.columns + c * dilations.columns - pads.left;
  return row < 0 || row >= height || column < 0 || column >= width ? -1 : row * width + column;
}

/** A site for each element of a pool: in a maximum, another element of the window stands for one of the padding. */
export function poolSites(node: FixedNodeOf<"pool2d">, input: FixedNode): readonly Site[] {
  const [height, width, channels] = node.shape as [number, number, number];
  const sites: Site[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const positions: number[] = [];
      for (let r = 0; r < node.size.rows; r++) {
        for (let c = 0; c < node.size.columns; c++) positions.push(positionAt(node, input, y, x, r, c));
      }
      const inside = positions.find((position) => position >= 0);
      for (let channel = 0; channel < channels; channel++) {
        const slots = positions.map((position): Slot => {
          const from = position < 0 && node.kind === "max" ? inside : position;
          return from === undefined || from < 0
            ? undefined
            : { operand: 0, element: from * channels + channel };
        });
        sites.push({ slots, results: [(y * width + x) * channels + channel] });
      }
    }
  }
  return sites;
}

/** A site for each element of a reduction. */
export function reduceSites({ axes, shape }: FixedNodeOf<"reduce">, input: FixedNode): readonly Site[] {
  const slots = Array.from({ length: sizeOf(shape) }, (): Slot[] => []);
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + input.shape.length : axis)));
  for (let element = 0; element < sizeOf(input.shape); element++) {
    // Row-major index over the axes that stay.
    let [rest, scale, result] = [element, 1, 0];
    for (let axis = input.shape.length - 1; axis >= 0; axis--) {
      const length = input.shape[axis] as number;
      if (!reduced.has(axis)) {
        result += (rest % length) * scale;
        scale *= length;
      }
      rest = Math.floor(rest / length);
    }
    slots[result]?.push({ operand: 0, element });
  }
  return slots.map((own, result) => ({ slots: own, results: [result] }));
}
