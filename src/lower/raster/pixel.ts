import { UserError } from "../../ir/errors.js";
import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isGranular } from "../../ir/granular.js";
import type { Spatial } from "../../ir/model/model.js";
import { sizeOf } from "../../ir/tensor.js";
import { isUniform } from "./coarsen.js";

/** Which pixels of an image one pixel of a result reads: tap (i, j) of result (r, c) is at origin + r · stride + i · dilation. */
export interface Window {
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly origin: Spatial;
}

/** The pixel at the same place. */
export const SAME_PIXEL: Window = {
  size: { rows: 1, columns: 1 },
  strides: { rows: 1, columns: 1 },
  dilations: { rows: 1, columns: 1 },
  origin: { rows: 0, columns: 0 },
};

/** What a node does to an image. */
export type Role =
  /** It computes each pixel from the pixels at the same place. */
  | { readonly kind: "pixel" }
  /** It computes each pixel from a window; what lies outside the image is 0, or the smallest value of its channel. */
  | { readonly kind: "window"; readonly window: Window; readonly outside: "zero" | "lowest" }
  /** It repeats each row (axis 0) or column (axis 1). */
  | { readonly kind: "enlarge"; readonly axis: 0 | 1; readonly factor: number };

type Shape = readonly number[];

/** What a node does to the images that it reads. Throws a UserError when it does something else. */
export function roleOf(node: FixedNode, inputs: readonly Shape[]): Role {
  switch (node.op) {
    case "conv2d": {
      const [rows, columns] = node.kernel.shape as [number, number];
      return windowRole({ ...node, size: { rows, columns } }, "zero");
    }
    case "pool2d":
      return windowRole(node, node.kind === "max" ? "lowest" : "zero");
    case "slice": {
      const [row, column] = node.starts as [number, number];
      const [rows, columns] = node.steps as [number, number];
      if (keepsImage(node.shape, inputs) && row === 0 && column === 0) return { kind: "pixel" };
      if (rows < 0 || columns < 0) throw refused(node, "mirrors an image");
      const window = { ...SAME_PIXEL, strides: { rows, columns }, origin: { rows: row, columns: column } };
      return { kind: "window", window, outside: "zero" };
    }
    case "pad": {
      const [row, column] = node.before as [number, number];
      if (keepsImage(node.shape, inputs)) return { kind: "pixel" };
      const window = { ...SAME_PIXEL, origin: { rows: -row, columns: -column } };
      return { kind: "window", window, outside: "zero" };
    }
    case "gather":
      return node.axis < 2 ? enlargeRole(node, inputs[0] as Shape) : { kind: "pixel" };
    default:
      if (!keepsImage(node.shape, inputs)) throw refused(node, "spreads an image over a larger one");
      return { kind: "pixel" };
  }
}

/** A window node as it computes one pixel from the pixels of its window; any other node for one pixel. */
export function pixelForm(image: FixedNode): FixedNode {
  const shape = [1, 1, ...image.shape.slice(2)];
  const node = firstPixel(image);
  const motion = { strides: SAME_PIXEL.strides, dilations: SAME_PIXEL.dilations };
  const pads = { top: 0, bottom: 0, left: 0, right: 0 };
  switch (node.op) {
    case "conv2d":
    case "pool2d":
      return { ...node, shape, ...motion, pads };
    case "slice":
      return {
        ...node,
        shape,
        starts: [0, 0, ...node.starts.slice(2)],
        steps: [1, 1, ...node.steps.slice(2)],
      };
    case "pad":
      return {
        ...node,
        shape,
        before: [0, 0, ...node.before.slice(2)],
        after: [0, 0, ...node.after.slice(2)],
      };
    case "threshold":
      return { ...node, shape, levels: node.shape.length === 2 ? node.levels.slice(0, 1) : node.levels };
    case "constant": {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = node.value.data.slice(0, size);
      if (node.value.data.some((k, i) => k !== data[i % size])) throw refused(node, "differs between pixels");
      return { ...node, shape, value: { shape, data } };
    }
    default:
      return { ...node, shape };
  }
}

/** A node with what it states for each element stated for those of its first pixel. */
function firstPixel(node: FixedNode): FixedNode {
  const size = sizeOf(node.shape.slice(2));
  const entries = Object.entries(node).map(([key, stated]) => [
    key,
    isGranular(stated) && stated.per === "element"
      ? { per: "element", items: stated.items.slice(0, size) }
      : stated,
  ]);
  return Object.fromEntries(entries) as FixedNode;
}

/** Refuses what differs from pixel to pixel: a raster has one circuit for all of them. */
export function checkUniform(node: FixedNode): void {
  const differs = () => refused(node, "does not do the same at all pixels");
  for (const known of Object.values(node))
    if (isGranular(known) && !isUniform(known, node.shape)) throw differs();
  if (node.op === "threshold" && node.shape.length === 2 && new Set(node.levels).size > 1) throw differs();
}

export function refused(node: FixedNode, what: string): UserError {
  return new UserError(`raster firmware computes pixel by pixel; '${node.op}' ${what}`, {
    where: `node '${node.name}'`,
    hint: "The parallel architecture takes every operator, if the model is small enough.",
  });
}

function windowRole(
  { size, strides, dilations, pads }: Pick<FixedNodeOf<"pool2d">, "size" | "strides" | "dilations" | "pads">,
  outside: "zero" | "lowest",
): Role {
  const origin = { rows: -pads.top, columns: -pads.left };
  const alone = [size, strides].every(({ rows, columns }) => rows === 1 && columns === 1);
  if (alone && Object.values(pads).every((n) => n === 0)) return { kind: "pixel" };
  return { kind: "window", window: { size, strides, dilations, origin }, outside };
}

/** Indices 0, 0, …, 1, 1, …: each the same number of times. */
function enlargeRole(node: FixedNodeOf<"gather">, input: Shape): Role {
  const axis = node.axis as 0 | 1;
  const factor = node.indices.length / (input[axis] as number);
  if (!Number.isInteger(factor) || node.indices.some((index, i) => index !== Math.floor(i / factor)))
    throw refused(node, `takes ${axis === 0 ? "rows" : "columns"} in another order`);
  return { kind: "enlarge", axis, factor };
}

/** True when rows and columns of the result are those of every input. */
function keepsImage(shape: Shape, inputs: readonly Shape[]): boolean {
  return inputs.every((input) => input[0] === shape[0] && input[1] === shape[1]);
}
