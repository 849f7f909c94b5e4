import { UserError } from "../../errors.js";
import type { Attributes } from "../../text/document.js";
import type { Reader } from "../../text/read.js";
import type { Pads, Spatial } from "../model.js";
import { type Shape, showShape } from "./operator.js";

/** How a window moves over an image. */
export interface Window {
  readonly size: Spatial;
  readonly pads: Pads;
  readonly strides: Spatial;
  readonly dilations: Spatial;
}

/** One axis of an image with the window along it. */
export interface WindowAxis {
  /** Indices of the image. */
  readonly length: number;
  readonly size: number;
  readonly before: number;
  readonly after: number;
  readonly stride: number;
  readonly dilation: number;
}

export const ONE_BY_ONE: Spatial = { rows: 1, columns: 1 };

/** The two axes of an image of shape (rows, columns, channels). */
export function windowAxes(
  image: Shape,
  { size, pads, strides, dilations }: Window,
): readonly [WindowAxis, WindowAxis] {
  const [rows, columns] = image as [number, number];
  return [
    {
      length: rows,
      size: size.rows,
      before: pads.top,
      after: pads.bottom,
      stride: strides.rows,
      dilation: dilations.rows,
    },
    {
      length: columns,
      size: size.columns,
      before: pads.left,
      after: pads.right,
      stride: strides.columns,
      dilation: dilations.columns,
    },
  ];
}

/** How many positions the window takes along an axis; below 1 when it does not fit. */
export function windowCount({ length, size, before, after, stride, dilation }: WindowAxis): number {
  return Math.floor((before + length + after - dilation * (size - 1) - 1) / stride) + 1;
}

/** The rows and columns of the result. Throws a UserError at `where` when the window does not fit the image. */
export function windowShape(
  image: Shape,
  window: Window,
  where: string,
  what: string,
): readonly [number, number] {
  if (image.length !== 3) {
    throw new UserError(`a 2-D ${what} takes (rows, columns, channels), found ${showShape(image)}`, {
      where,
    });
  }
  verifyWindow(window, where);
  const [rows, columns] = windowAxes(image, window).map(windowCount) as [number, number];
  if (rows < 1 || columns < 1) {
    const { size } = window;
    const name = what === "convolution" ? "kernel" : "window";
    throw new UserError(`a ${name} of ${size.rows} × ${size.columns} does not fit the padded image`, {
      where,
    });
  }
  return [rows, columns];
}

function verifyWindow({ size, pads, strides, dilations }: Window, where: string): void {
  for (const [name, { rows, columns }] of Object.entries({ size, strides, dilations })) {
    if ([rows, columns].some((n) => !Number.isSafeInteger(n) || n < 1)) {
      throw new UserError(`its ${name} should be counts of at least 1, found ${rows}, ${columns}`, { where });
    }
  }
  const counts = [pads.top, pads.bottom, pads.left, pads.right];
  if (counts.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new UserError(`its pads should be counts, found ${counts.join(", ")}`, { where });
  }
}

/**
 * The shape of a convolution with a kernel of shape (rows, columns, input channels / groups, outputs); `where` names the
 * node in errors.
 */
export function conv2dShape(
  input: Shape,
  kernel: Shape,
  pads: Pads,
  strides: Spatial,
  dilations: Spatial,
  groups: number,
  where: string,
): Shape {
  const [kernelRows, kernelColumns, kernelChannels, outputs] = kernel as [number, number, number, number];
  const size = { rows: kernelRows, columns: kernelColumns };
  const image = windowShape(input, { size, pads, strides, dilations }, where, "convolution");
  const channels = input[2] as number;
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups !== 0 || outputs % groups !== 0) {
    throw new UserError(`${channels} input and ${outputs} output channels do not make ${groups} groups`, {
      where,
    });
  }
  if (kernelChannels * groups !== channels) {
    const each = groups === 1 ? "" : ` in each of ${groups} groups`;
    throw new UserError(`the kernel takes ${kernelChannels} channels${each}, its input has ${channels}`, {
      where,
    });
  }
  return [...image, outputs];
}

/** The shape of a pool; `where` names the node in errors. */
export function pool2dShape(input: Shape, window: Window, where: string): Shape {
  return [...windowShape(input, window, where, "pool"), input[2] as number];
}

export function writePads({ top, bottom, left, right }: Pads): readonly bigint[] {
  return [top, bottom, left, right].map(BigInt);
}

export function readPads(reader: Reader): Pads {
  const pads = reader.counts("pads");
  if (pads.length !== 4 || pads.some((n) => n < 0)) {
    throw new UserError("'pads' are four counts: top, bottom, left, right", { where: reader.where });
  }
  const [top, bottom, left, right] = pads as [number, number, number, number];
  return { top, bottom, left, right };
}

export function writeSpatial({ rows, columns }: Spatial): readonly bigint[] {
  return [BigInt(rows), BigInt(columns)];
}

export function readSpatial(reader: Reader, key: string): Spatial {
  const pair = reader.counts(key);
  if (pair.length !== 2 || pair.some((n) => n < 1)) {
    throw new UserError(`'${key}' are two counts of at least 1: rows, columns`, { where: reader.where });
  }
  const [rows, columns] = pair as [number, number];
  return { rows, columns };
}

/** How a window moves; what is 1 is left out. */
export function writeMotion(
  motion: Pick<Window, "strides" | "dilations"> & { readonly groups?: number },
): Attributes {
  const moves = ({ rows, columns }: Spatial) => rows !== 1 || columns !== 1;
  return {
    ...(moves(motion.strides) && { strides: writeSpatial(motion.strides) }),
    ...(moves(motion.dilations) && { dilations: writeSpatial(motion.dilations) }),
    ...(motion.groups !== undefined && motion.groups !== 1 && { groups: BigInt(motion.groups) }),
  };
}

export function readMotion(
  reader: Reader,
): Pick<Window, "strides" | "dilations"> & { readonly groups: number } {
  const spatial = (key: string) => (reader.has(key) ? readSpatial(reader, key) : ONE_BY_ONE);
  const groups = reader.has("groups") ? reader.count("groups") : 1;
  return { strides: spatial("strides"), dilations: spatial("dilations"), groups };
}
