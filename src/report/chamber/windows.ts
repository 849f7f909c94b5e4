import type { EventDisplay } from "../data.js";
import type { Voxel } from "./classify.js";

/** A part of the chamber; the ends are inclusive. */
export interface Window {
  readonly strips: readonly [number, number];
  readonly partitions: readonly [number, number];
}

/** Strips shown around the activity, and the fewest strips of a window. */
const MARGIN = 6;
const LEAST_STRIPS = 30;
/** Activity at most this many strips apart stands in one window. */
const JOIN = 20;
/** Most windows of one event. */
const MOST_WINDOWS = 2;

/** The whole chamber. */
export function wholeChamber(event: EventDisplay): Window {
  return { strips: [0, event.strips - 1], partitions: [0, event.partitions - 1] };
}

function range(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** A window around the voxels, widened by the margin and moved into the chamber. */
function windowAround(voxels: readonly Voxel[], event: EventDisplay): Window {
  const [low, high] = range(voxels.map(({ strip }) => strip));
  const width = Math.min(event.strips, Math.max(LEAST_STRIPS, high - low + 1 + 2 * MARGIN));
  const wanted = Math.round((low + high + 1 - width) / 2);
  const first = Math.min(Math.max(wanted, 0), event.strips - width);
  const [inner, outer] = range(voxels.map(({ partition }) => partition));
  return {
    strips: [first, first + width - 1],
    partitions: [Math.max(inner - 1, 0), Math.min(outer + 1, event.partitions - 1)],
  };
}

/**
 * The places worth a closer look: around true muons and marked voxels, those with true muons first. Returns the
 * windows in order of their strips, and how many more places there are than are shown.
 */
export function activityWindows(
  voxels: readonly Voxel[],
  event: EventDisplay,
): { readonly windows: readonly Window[]; readonly left: number } {
  const active = voxels.filter(({ kind }) => kind !== "hit").sort((a, b) => a.strip - b.strip);
  const groups: Voxel[][] = [];
  for (const voxel of active) {
    const last = groups.at(-1);
    if (last !== undefined && voxel.strip - last[last.length - 1].strip <= JOIN) last.push(voxel);
    else groups.push([voxel]);
  }
  const truth = (group: readonly Voxel[]) => group.filter(({ kind }) => kind !== "marked-false").length;
  const chosen = [...groups]
    .sort((a, b) => truth(b) - truth(a) || b.length - a.length)
    .slice(0, MOST_WINDOWS)
    .sort((a, b) => a[0].strip - b[0].strip);
  return { windows: chosen.map((group) => windowAround(group, event)), left: groups.length - chosen.length };
}
