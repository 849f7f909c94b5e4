/** Indices of structured movements, made on loading instead of written out: text of the emitted language. */
export const STRIDED_TEXT = `
/** The indices start + n·stride + m·stride' + … for all n, m, … below the axes' sizes, the last axis fastest. */
function strided(
  start: number,
  axes: readonly (readonly [size: number, stride: number])[],
): Int32Array {
  let indices = Int32Array.of(start);
  for (const [size, stride] of axes) {
    const before = indices;
    indices = new Int32Array(before.length * size);
    for (let i = 0; i < indices.length; i++) {
      indices[i] = before[Math.floor(i / size)] + (i % size) * stride;
    }
  }
  return indices;
}
`.trim();

/** An axis that a loop runs along. */
export interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** The distance of neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** An expression of the indices of some axes; neighbouring axes that are one are said as one. */
export function stridedIndices(start: number, axes: readonly Axis[]): string {
  const merged: Axis[] = [];
  for (const axis of axes) {
    const last = merged.at(-1);
    if (axis.size === 1) continue;
    if (last !== undefined && last.stride === axis.size * axis.stride) {
      merged[merged.length - 1] = { size: last.size * axis.size, stride: axis.stride };
    } else {
      merged.push(axis);
    }
  }
  return `strided(${start}, [${merged.map(({ size, stride }) => `[${size}, ${stride}]`).join(", ")}])`;
}
