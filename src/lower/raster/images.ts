import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { isGranular } from "../../ir/granular.js";
import { liveNodes, nodesByName } from "../../ir/graph.js";
import { imageElements, restate, widened } from "./coarsen.js";
import { inferLayouts } from "./infer.js";
import { axisOrder, CANONICAL, type Layout, resultLayout, sameImage, sameLayout } from "./layout.js";
import { refused } from "./pixel.js";

/** A graph in which every value has rows and columns first, and the layouts of the tensors that its ports stand for. */
export interface Images {
  readonly fixed: Fixed;
  /** Of each input and output, by name: the tensor of the model, and its axes of rows and columns. */
  readonly inputs: ReadonlyMap<string, Ordered>;
  readonly outputs: ReadonlyMap<string, Ordered>;
}

/** A tensor with the axes of an image in any order. */
export interface Ordered {
  readonly node: FixedNode;
  readonly axes: Layout;
}

/** The image that stands for a value. */
interface View {
  readonly name: string;
  readonly layout: Layout;
}

/**
 * Brings rows and columns of every value to the front. Transposes and reshapes that only move them disappear: which axes
 * they are is known of every value, and at the ports a matter of the packing. What nodes state is stated of the images,
 * as coarsely as it can be. Throws a UserError that names a node that does not leave rows and columns.
 */
export function imagesOf(fixed: Fixed): Images {
  const layouts = inferLayouts(fixed);
  const byName = nodesByName(fixed);
  const live = liveNodes(fixed);
  const names = new Set(byName.keys());
  const views = new Map<string, View>();
  const shapes = new Map<string, readonly number[]>();
  const nodes: FixedNode[] = [];
  /** Values in another layout than their node has, and constants, by name and layout. */
  const others = new Map<string, string>();

  const write = (node: FixedNode): string => {
    nodes.push(node);
    shapes.set(node.name, node.shape);
    return node.name;
  };
  const fresh = (name: string): string => {
    let own = name;
    for (let i = 2; names.has(own); i++) own = `${name}.${i}`;
    names.add(own);
    return own;
  };
  /** A value in a layout, as a node reads it. */
  const read = (name: string, layout: Layout, reader: FixedNode): string => {
    const node = byName.get(name) as FixedNode;
    const view = views.get(name);
    if (view !== undefined && sameLayout(view.layout, layout)) return view.name;
    if (view !== undefined && !sameImage(view.layout, layout, node.shape))
      throw crossed(reader, name, layout, view);
    const key = `${layout.join()} ${name}`;
    const known = others.get(key);
    if (known !== undefined) return known;
    const image = turned(node, layout);
    const made = (): string => {
      if (view === undefined)
        return write({ ...image, name: shapes.has(name) ? fresh(`${name}.image`) : name });
      if (shapes.get(view.name)?.join() === image.shape.join()) return view.name;
      return write(reshapeTo(image, fresh(`${name}.image`), view.name));
    };
    const own = made();
    others.set(key, own);
    return own;
  };

  /** An expansion whose new axes come first in a pixel, not first of all. */
  const aligned = (image: FixedNodeOf<"expand">, operand: string): FixedNode => {
    const source = nodes.find(({ name }) => name === operand) as FixedNode;
    const added = image.shape.length - source.shape.length;
    if (added === 0) return image;
    const shape = [
      ...source.shape.slice(0, 2),
      ...new Array<number>(added).fill(1),
      ...source.shape.slice(2),
    ];
    return {
      ...image,
      inputs: [write(reshapeTo({ ...source, shape }, fresh(`${image.name}.axes`), operand))],
    };
  };

  for (const node of fixed.nodes) {
    if (node.op === "input") {
      const layout = layouts.get(node.name);
      if (layout === undefined) throw noImage(node);
      views.set(node.name, { name: write(turned(node, layout)), layout });
      continue;
    }
    if (node.op === "constant" || !live.has(node.name)) continue;
    const source = node.inputs.find((name) => views.has(name));
    // Passes fold what depends on constants only.
    if (source === undefined) throw refused(node, "reads constants only");
    const windowed = node.op === "conv2d" || node.op === "pool2d";
    const layout = windowed ? CANONICAL : (views.get(source) as View).layout;
    const operands = node.inputs.map((name) => read(name, layout, node));
    const shape = (byName.get(source) as FixedNode).shape;
    checkAxes(node, shape, layout);
    const reached = resultLayout(node, shape, layout);
    if (reached === undefined) throw refused(node, lossOf(node));
    // Of axes of size 1, a reshape does not say which is which; what reads it may.
    const wanted = node.op === "reshape" ? layouts.get(node.name) : undefined;
    const own = wanted !== undefined && sameImage(reached, wanted, node.shape) ? wanted : reached;
    const image = rewritten({ ...turned(node, own), inputs: operands }, node, shape, layout, own);
    const [operand] = operands as [string];
    const moves = image.op === "reshape" || image.op === "transpose";
    const inPlace = image.op !== "transpose" || image.permutation.every((axis, i) => axis === i);
    const disappears = moves && inPlace && shapes.get(operand)?.join() === image.shape.join();
    const name = disappears ? operand : write(image.op === "expand" ? aligned(image, operand) : image);
    views.set(node.name, { name, layout: own });
  }

  const inputs = fixed.nodes.filter(({ op }) => op === "input");
  const outputs = fixed.outputs.map(({ name, value }) => {
    const node = byName.get(value) as FixedNode;
    if (node.op === "constant")
      throw new UserError("it is the same for every event", { where: `output '${name}'` });
    return { name, node, view: views.get(value) as View };
  });
  return {
    fixed: { ...fixed, nodes, outputs: outputs.map(({ name, view }) => ({ name, value: view.name })) },
    inputs: new Map(inputs.map((node) => [node.name, { node, axes: (views.get(node.name) as View).layout }])),
    outputs: new Map(outputs.map(({ name, node, view }) => [name, { node, axes: view.layout }])),
  };
}

/** A node with what it states, and with its own value if it is a constant, in the order of its image. */
function turned(node: FixedNode, layout: Layout): FixedNode {
  const shape = axisOrder(layout, node.shape.length).map((axis) => node.shape[axis] as number);
  const entries = Object.entries(node).map(([key, stated]) => [
    key,
    isGranular(stated) ? restate(stated, node.shape, layout) : stated,
  ]);
  const known = widened({ ...Object.fromEntries(entries), shape } as FixedNode);
  if (known.op !== "constant" || sameLayout(layout, CANONICAL)) return known;
  const { data } = known.value;
  const elements = Array.from(imageElements(node.shape, layout), (i) => data[i] as bigint);
  return { ...known, value: { shape, data: elements } };
}

/**
 * A turned node whose axes and levels are those of the images. The original node has an operand of this shape and layout,
 * and its result has the layout `own`.
 */
function rewritten(
  image: FixedNode,
  original: FixedNode,
  shape: readonly number[],
  layout: Layout,
  own: Layout,
): FixedNode {
  const order = axisOrder(layout, shape.length);
  const to = (axis: number) => order.indexOf(axis < 0 ? axis + shape.length : axis);
  switch (image.op) {
    case "transpose": {
      const { permutation } = original as typeof image;
      return {
        ...image,
        permutation: axisOrder(own, shape.length).map((axis) => to(permutation[axis] as number)),
      };
    }
    case "slice":
      return { ...image, starts: ordered(image.starts, order), steps: ordered(image.steps, order) };
    case "pad":
      return { ...image, before: ordered(image.before, order), after: ordered(image.after, order) };
    case "concat":
    case "gather":
      return { ...image, axis: to(image.axis) };
    case "reduce":
      return { ...image, axes: image.axes.map(to) };
    case "threshold":
      return turnedThreshold(image, original, layout);
    default:
      return image;
  }
}

function ordered(numbers: readonly number[], order: readonly number[]): readonly number[] {
  return order.map((axis) => numbers[axis] as number);
}

/** Levels go with the last axis: of a pixel, so that it stays the last, or of the image, where they have to be the same. */
function turnedThreshold(
  image: FixedNodeOf<"threshold">,
  { shape }: FixedNode,
  layout: Layout,
): FixedNodeOf<"threshold"> {
  const { levels } = image;
  const last = shape.length - 1;
  if (!layout.includes(last) || sameLayout(layout, CANONICAL)) return image;
  if (new Set(levels).size > 1) throw refused(image, "does not do the same at all pixels");
  return { ...image, levels: new Array<bigint>(image.shape.at(-1) as number).fill(levels[0] as bigint) };
}

function reshapeTo(image: FixedNode, name: string, source: string): FixedNodeOf<"reshape"> {
  const { shape, types, ranges } = image;
  return { op: "reshape", name, inputs: [source], shape, types, ranges };
}

/** Refuses what combines pixels along an axis that is one of rows or columns. */
function checkAxes(node: FixedNode, shape: readonly number[], layout: Layout): void {
  const last = shape.length - 1;
  const isImage = (axis: number) => layout.includes(axis < 0 ? axis + shape.length : axis);
  const along = (axis: number) => (layout[0] === axis ? "rows" : "columns");
  if (node.op === "reduce") {
    const combined = new Set(node.axes.filter(isImage));
    if (combined.size === 2) throw refused(node, "combines a whole image");
    const [axis] = combined;
    if (axis !== undefined)
      throw refused(node, `combines the ${along(axis < 0 ? axis + shape.length : axis)} of an image`);
  }
  if ((node.op === "dense" || node.op === "argmax") && isImage(last))
    throw refused(node, `combines the ${along(last)} of an image`);
  if (node.op === "concat" && isImage(node.axis)) throw refused(node, "joins images side by side");
}

function lossOf({ op }: FixedNode): string {
  if (op === "index_select" || op === "scatter") return "takes rows at indices that come with the event";
  return "takes an image apart";
}

function crossed(reader: FixedNode, name: string, layout: Layout, view: View): UserError {
  const axes = (known: Layout) => `axes ${known.join(" and ")}`;
  return refused(
    reader,
    `has rows and columns in ${axes(layout)} of what it reads, but those of '${name}' are in ${axes(view.layout)}`,
  );
}

function noImage({ name, shape }: FixedNode): UserError {
  return new UserError(
    `its shape is [${shape.join(", ")}]; raster firmware takes images of rows, columns and channels, or with channels first`,
    {
      where: `input '${name}'`,
      hint: "Give the input an axis of channels, or of what else it lacks, of size 1.",
    },
  );
}
