import type { FixedValue } from "../ir/fixed/fixed.js";
import { type Interval, intervalBits } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { sizeOf } from "../ir/tensor.js";
import type { Field } from "./packing.js";
import { channelsOf } from "./pointwise.js";

/** An element of a value inside the firmware: its bounds, and its bits. */
export interface NarrowField extends Field {
  readonly range: Interval;
}

/** How the elements of a value lie in a port: side by side, row-major, the first one lowest, each on the bits of its type. */
export function typeFields(value: FixedValue): readonly Field[] {
  return sideBySide(value, (element) => {
    const { width, signed } = atElement(value.types, element, channelsOf(value));
    return { width, signed };
  });
}

/** How the elements of a value lie in a wire inside the firmware: likewise, each on the bits that its bounds need. */
export function narrowFields(value: FixedValue): readonly NarrowField[] {
  return sideBySide(value, (element) => {
    const range = atElement(value.ranges, element, channelsOf(value));
    return { ...intervalBits(range), range };
  });
}

/** The bits of fields that lie side by side. */
export function fieldBits(fields: readonly Field[]): number {
  return fields.reduce((sum, { width }) => sum + width, 0);
}

function sideBySide<Kind extends { readonly width: number }>(
  { shape }: FixedValue,
  kindOf: (element: number) => Kind,
): readonly (Kind & { readonly low: number })[] {
  let low = 0;
  return Array.from({ length: sizeOf(shape) }, (_, element) => {
    const field = { low, ...kindOf(element) };
    low += field.width;
    return field;
  });
}
