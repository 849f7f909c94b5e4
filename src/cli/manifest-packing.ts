import { z } from "zod";
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
]);

type ManifestPacking = z.infer<typeof PACKING>;

/** How many elements, or channels of a site, a packing of the manifest speaks of. */
export function elementsOf(how: ManifestPacking): number {
  return how.kind === "stream" ? how.fields.length : how.elements.reduce((sum, run) => sum + run.count, 0);
}

/** The packing of a port with the place of every element. */
export function packingOf({
  shape,
  packing: how,
}: {
  readonly shape: readonly number[];
  readonly packing: ManifestPacking;
}): PortPacking {
  if (how.kind === "stream") return { ...how, shape: shape as unknown as readonly [number, number, number] };
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
  if (how.kind === "stream") {
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
