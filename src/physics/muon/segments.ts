import { LAYERS, STRIPS } from "./geometry.js";

/**
 * What a marked segment is. Marked voxels are projected along the layers onto columns (partition, strip). Two
 * columns are neighbours when their partitions differ by at most one and their strips by at most `gapStrips`;
 * a segment is a connected set of columns whose marked voxels lie in at least `minLayers` different layers.
 */
export interface SegmentDefinition {
  /** Largest distance between neighbouring columns, in strips of the image. */
  readonly gapStrips: number;
  /** Fewest layers of a segment. */
  readonly minLayers: number;
}

/**
 * The definition used throughout. Partitions differ by at most one because a muon crosses at most one partition
 * edge in the stack. Strips: 4 of 384 (3.7 mrad) bridge one missing layer for the softest muon of the default
 * spectrum (5 GeV, |η| = 2.03: 1.17 strips per layer, 2.0 at +2.3 σ of the bend), and are few enough that two
 * segments closer than that could not be told apart by any 4-layer road. Layers: 4 of 6, the trigger's own
 * requirement (issue 2, and the CMS ME0 segment finder): with fewer there is no segment that could be fitted.
 */
export function segmentDefinition(strips: number): SegmentDefinition {
  return { gapStrips: (4 * strips) / STRIPS, minLayers: 4 };
}

/** Number of segments, and of those without any voxel of a true muon. */
export interface SegmentCount {
  readonly segments: number;
  readonly fakes: number;
}

/** Number of layers in a set of layers. */
const COUNT: readonly number[] = Array.from({ length: 1 << LAYERS }, (_, set) => {
  let count = 0;
  for (let rest = set; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

/** Connects marked voxels into segments; voxels may be added to an image step by step. */
export interface SegmentFinder {
  /** Starts an image with no voxel marked. */
  reset(): void;
  /** Marks a voxel; `isTrue` if it belongs to a muon. Voxels come in any order, each once. */
  mark(partition: number, strip: number, layer: number, isTrue: boolean): void;
  /** Counts the segments of the voxels marked so far. */
  count(): SegmentCount;
}

/** A finder over union-find trees of columns; its scratch memory is used again from image to image. */
export function createSegmentFinder(definition: SegmentDefinition): SegmentFinder {
  const { gapStrips, minLayers } = definition;
  const partitions: number[] = [];
  const strips: number[] = [];
  const parent: number[] = [];
  const layers: number[] = [];
  const truth: boolean[] = [];

  const root = (column: number): number => {
    let at = column;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  };

  return {
    reset() {
      parent.length = 0;
    },
    mark(partition, strip, layer, isTrue) {
      const known = parent.length;
      let column = known;
      for (let other = 0; other < known; other++) {
        if (strips[other] === strip && partitions[other] === partition) {
          column = other;
          break;
        }
      }
      if (column === known) {
        partitions[column] = partition;
        strips[column] = strip;
        parent[column] = column;
        layers[column] = 0;
        truth[column] = false;
        for (let other = 0; other < known; other++) {
          if (Math.abs(strips[other] - strip) > gapStrips || Math.abs(partitions[other] - partition) > 1)
            continue;
          const a = root(other);
          const b = root(column);
          if (a === b) continue;
          parent[b] = a;
          layers[a] |= layers[b];
          truth[a] ||= truth[b];
        }
      }
      const top = root(column);
      layers[top] |= 1 << layer;
      truth[top] ||= isTrue;
    },
    count() {
      let segments = 0;
      let fakes = 0;
      for (let column = 0; column < parent.length; column++) {
        if (parent[column] !== column || COUNT[layers[column]] < minLayers) continue;
        segments++;
        if (!truth[column]) fakes++;
      }
      return { segments, fakes };
    },
  };
}
