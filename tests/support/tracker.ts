import { trackerGraph } from "../../src/physics/tracker/arrays.js";
import { constructGraphs, gridOf } from "../../src/physics/tracker/construct.js";
import { generateTrackerEvent } from "../../src/physics/tracker/generate.js";
import type { TrackerGraph } from "../../src/physics/tracker/graphs.js";
import type { TrackerOptions } from "../../src/physics/tracker/options.js";

/** The graphs of the first events of a sample. */
export function sampleGraphs(options: TrackerOptions, events: number): readonly Required<TrackerGraph>[] {
  return Array.from({ length: events }, (_, i) => generateTrackerEvent(options, i)).flatMap((event) =>
    constructGraphs(options, event).graphs.map((sector) => trackerGraph(gridOf(options), sector)),
  );
}
