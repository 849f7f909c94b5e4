import type { EventDisplay } from "../data.js";

/** What a voxel of an event display is. */
export const VOXEL_CLASSES = ["hit", "missed-true", "marked-false", "marked-true"] as const;
export type VoxelClass = (typeof VOXEL_CLASSES)[number];

/** A voxel with its place in the chamber, counted from 0. */
export interface Voxel {
  readonly kind: VoxelClass;
  readonly partition: number;
  readonly strip: number;
  readonly layer: number;
}

/**
 * Every voxel to draw, once each, plain hits first: fired by a muon and marked, fired by a muon and not marked,
 * marked without a muon, and fired by anything else.
 */
export function classifyVoxels(event: EventDisplay): readonly Voxel[] {
  const truth = new Set(event.muons.flatMap(({ voxels }) => voxels));
  const marked = new Set(event.marked);
  const all = [...new Set([...event.hits, ...truth, ...marked])].sort((a, b) => a - b);
  const kindOf = (voxel: number): VoxelClass => {
    if (truth.has(voxel)) return marked.has(voxel) ? "marked-true" : "missed-true";
    return marked.has(voxel) ? "marked-false" : "hit";
  };
  return all
    .map((voxel) => {
      const column = Math.floor(voxel / event.layers);
      return {
        kind: kindOf(voxel),
        partition: Math.floor(column / event.strips),
        strip: column % event.strips,
        layer: voxel % event.layers,
      };
    })
    .sort((a, b) => VOXEL_CLASSES.indexOf(a.kind) - VOXEL_CLASSES.indexOf(b.kind));
}
