import type { Pads, Spatial } from "../../../ir/model/model.js";
import type { Call } from "../call.js";
import { type Live, showShape } from "../values.js";

/** How an image lies in the file: which of its axes is which. */
export interface ImageLayout {
  /** The one or two spatial axes. */
  readonly spatial: readonly number[];
  readonly channel: number;
}

/** An image in a node (rows, columns, channels), and the axes of the file that they carry. */
export interface Image extends ImageLayout {
  readonly value: Live;
}

/** The layout of a batch of images or of sequences. */
export function imageLayout(call: Call, rank: number, channelsLast: boolean): ImageLayout {
  if (rank !== 3 && rank !== 4) {
    call.refuse(`it takes sequences (3 axes) or images (4 axes), found ${rank} axes`);
  }
  const others = Array.from({ length: rank - 2 }, (_, n) => n + (channelsLast ? 1 : 2));
  return { spatial: others, channel: channelsLast ? rank - 1 : 1 };
}

/** The input of a convolution or a pool as an image. A sequence is an image of one row. */
export function readImage(call: Call, input: Live, channelsLast: boolean): Image {
  const layout = imageLayout(call, input.shape.length, channelsLast);
  if (input.shape[0] !== 1) {
    call.refuse(
      `its input ${showShape(input.shape)} holds ${input.shape[0]} images: only one an event is supported`,
    );
  }
  return { ...layout, value: call.builder.arrange(input, imageAxes(layout)) };
}

export function imageAxes({ spatial, channel }: ImageLayout): readonly number[] {
  return [...(spatial.length === 1 ? [-1] : []), ...spatial, channel];
}

/** A window as the Model has it, for one or two spatial axes. */
export interface ImageWindow {
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly pads: Pads;
  /** The lengths of the result along the spatial axes. */
  readonly lengths: readonly number[];
  /** Whether rounding up lets the last window reach over the padding. */
  readonly overhang: boolean;
}

/** Reads strides, dilations, pads and auto_pad. `kernel` has the lengths of the kernel along the spatial axes. */
export function readWindow(call: Call, image: Image, kernel: readonly number[], ceil: boolean): ImageWindow {
  const { attributes } = call;
  const rank = image.spatial.length;
  const list = (name: string, fallback: number, count: number, least: number) => {
    const found = attributes.ints(name) ?? Array.from({ length: count }, () => fallback);
    if (found.length !== count || found.some((n) => !Number.isSafeInteger(n) || n < least || n > 2 ** 24)) {
      call.refuse(`its '${name}' are ${showShape(found)}, expected ${count} counts of at least ${least}`);
    }
    return found;
  };
  if (kernel.length !== rank || kernel.some((n) => !Number.isSafeInteger(n) || n < 1 || n > 2 ** 24)) {
    call.refuse(`its kernel ${showShape(kernel)} does not fit ${rank} spatial axes`);
  }
  const strides = list("strides", 1, rank, 1);
  const dilations = list("dilations", 1, rank, 1);
  const explicit = list("pads", 0, 2 * rank, 0);
  const auto = attributes.oneOf("auto_pad", ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"], "NOTSET");
  const before: number[] = [];
  const after: number[] = [];
  const lengths: number[] = [];
  let overhang = false;
  for (const [n, axis] of image.spatial.entries()) {
    const length = image.value.shape[axis] as number;
    const [stride, reach] = [
      strides[n] as number,
      ((kernel[n] as number) - 1) * (dilations[n] as number) + 1,
    ];
    let [left, right] = auto === "NOTSET" ? [explicit[n] as number, explicit[n + rank] as number] : [0, 0];
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
      const all = Math.max((Math.ceil(length / stride) - 1) * stride + reach - length, 0);
      left = auto === "SAME_UPPER" ? Math.floor(all / 2) : Math.ceil(all / 2);
      right = all - left;
    }
    const room = left + length + right - reach;
    if (room < 0) call.refuse(`a window of ${reach} does not fit an axis of ${left + length + right}`);
    let count = Math.floor(room / stride) + 1;
    if (ceil && room % stride !== 0) {
      // A window that would begin in the padding after the image is left out.
      if (count * stride < left + length) {
        right += count * stride + reach - (left + length + right);
        overhang = true;
        count++;
      }
    }
    before.push(left);
    after.push(right);
    lengths.push(count);
  }
  const pair = (values: readonly number[], missing: number): Spatial =>
    rank === 1
      ? { rows: missing, columns: values[0] as number }
      : { rows: values[0] as number, columns: values[1] as number };
  const [start, end] = [pair(before, 0), pair(after, 0)];
  return {
    size: pair(kernel, 1),
    strides: pair(strides, 1),
    dilations: pair(dilations, 1),
    pads: { top: start.rows, bottom: end.rows, left: start.columns, right: end.columns },
    lengths,
    overhang,
  };
}

/** The shape of the result in the file's order. */
export function windowedShape(
  { value, spatial, channel }: Image,
  lengths: readonly number[],
  channels: number,
) {
  return value.shape.map((n, axis) =>
    axis === channel ? channels : spatial.includes(axis) ? (lengths[spatial.indexOf(axis)] as number) : n,
  );
}
