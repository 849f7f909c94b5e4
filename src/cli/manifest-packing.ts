import { z } from "zod";
import { sizeOf } from "../ir/tensor.js";
import type { Field, PortPacking } from "../lower/packing.js";

/** Nothing that is counted is negative; what a machine of any size could not hold is no count either. */
export const count = z.int().nonnegative().max(1e9);

/** How a tensor lies in the bits of a port. */
export const PACKING = z.discriminatedUnion("kind", [
  /** The whole tensor in one beat: elements side by side, row-major, the first one lowest, in runs of equal ones. */
  z.strictObject({
    kind: z.literal("parallel"),
    elements: z.array(z.strictObject({ count: count.min(1), width: count, signed: z.boolean() })),
  }),
  /** An image along one axis (0 rows, 1 columns): the bits of each channel in a site, and of a site. */
  z.strictObject({
    kind: z.literal("stream"),
    along: z.union([z.literal(0), z.literal(1)]),
    columns: count.min(1),
    last: count.min(1),
    fields: z.array(z.strictObject({ low: count, width: count, signed: z.boolean() })),
    siteBits: count.min(1),
  }),
  /**
   * An image pixel by pixel, (r, c) in beat r · rowPeriod + c · columnPeriod: which axes are rows and columns, and the bits
   * of each element of a pixel.
   */
  z.strictObject({
    kind: z.literal("raster"),
    axes: z.tuple([count, count]).readonly(),
    rowPeriod: count.min(1),
    columnPeriod: count.min(1),
    beats: count.min(1),
    fields: z.array(z.strictObject({ low: count, width: count, signed: z.boolean() })),
  }),
  /** Items along an axis, so many a beat, or all elements in the first beat: the bits of each element of an item. */
  z.strictObject({
    kind: z.literal("items"),
    axis: count.optional(),
    lanes: count.min(1),
    beats: count.min(1),
    fields: z.array(z.strictObject({ low: count, width: count, signed: z.boolean() })),
  }),
]);

type ManifestPacking = z.infer<typeof PACKING>;

/** A tensor in a port, as the manifest has it. */
interface PackedShape {
  readonly shape: readonly number[];
  readonly packing: ManifestPacking;
}

/** Why a packing is not one of a tensor of this shape; undefined when it is. */
export function misfit({ shape, packing: how }: PackedShape): string | undefined {
  const elements = "the packing is not one of this shape";
  switch (how.kind) {
    case "parallel":
      return how.elements.reduce((sum, run) => sum + run.count, 0) === sizeOf(shape) ? undefined : elements;
    case "stream":
      if (shape.length !== 3) return "a stream takes images (rows, columns, channels)";
      return how.fields.length === shape[2] ? undefined : elements;
    case "raster": {
      const [rows, columns] = how.axes.map((axis) => shape[axis]);
      if (rows === undefined || columns === undefined || how.axes[0] === how.axes[1])
        return "a raster takes images: two of the axes are rows and columns";
      if (how.fields.length !== sizeOf(shape) / (rows * columns)) return elements;
      const line = (columns - 1) * how.columnPeriod;
      const overlap = rows > 1 && line >= how.rowPeriod;
      return overlap || (rows - 1) * how.rowPeriod + line >= how.beats ? elements : undefined;
    }
    case "items": {
      const items = how.axis === undefined ? 1 : shape[how.axis];
      if (items === undefined) return "its items lie along an axis that the shape does not have";
      const whole = how.fields.length * items === sizeOf(shape) && items <= how.lanes * how.beats;
      return whole ? undefined : elements;
    }
  }
}

/** The packing of a port with the place of every element. */
export function packingOf({ shape, packing: how }: PackedShape): PortPacking {
  if (how.kind === "stream") return { ...how, shape: shape as unknown as readonly [number, number, number] };
  if (how.kind === "raster" || how.kind === "items") return { ...how, shape };
  let low = 0;
  const fields = how.elements.flatMap((run) =>
    Array.from({ length: run.count }, (): Field => {
      const field = { low, width: run.width, signed: run.signed };
      low += run.width;
      return field;
    }),
  );
  return { kind: "parallel", fields };
}

/** The packing as the manifest has it: elements of parallel ports lie side by side, so that runs say it all. */
export function describePacking(how: PortPacking): ManifestPacking {
  if (how.kind !== "parallel") {
    const { shape: _, fields, ...rest } = how;
    return { ...rest, fields: fields.map((field) => ({ ...field })) };
  }
  const elements: { count: number; width: number; signed: boolean }[] = [];
  for (const { width, signed } of how.fields) {
    const last = elements.at(-1);
    if (last !== undefined && last.width === width && last.signed === signed) last.count++;
    else elements.push({ count: 1, width, signed });
  }
  return { kind: "parallel", elements };
}
