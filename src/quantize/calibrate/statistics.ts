import { UserError } from "../../ir/errors.js";
import type { Model } from "../../ir/model/model.js";
import { GrowingHistogram, type Histogram } from "./histogram.js";
import { quantizerSites } from "./sites.js";

/** What was seen of the values that may be quantized: by node, one histogram for each channel. */
export interface Statistics {
  readonly events: number;
  readonly channels: ReadonlyMap<string, readonly Histogram[]>;
}

/** The values of every node of a model on one event, quantizers ignored. */
export type Values = Readonly<Record<string, Float64Array>>;

/** Takes statistics event by event. */
export interface StatisticsCollector {
  readonly add: (values: Values) => void;
  /** What was seen. Throws a UserError if that is nothing. */
  readonly statistics: () => Statistics;
}

/** Takes statistics of a model; the memory needed does not depend on the number of events. */
export function createCollector(model: Model): StatisticsCollector {
  const wanted = new Set(quantizerSites(model).flatMap(({ layer, end }) => [layer, end]));
  const watched = model.nodes.filter(({ name }) => wanted.has(name));
  const channels = new Map(
    watched.map(({ name, shape }) => [
      name,
      Array.from({ length: shape.at(-1) ?? 1 }, () => new GrowingHistogram()),
    ]),
  );
  let events = 0;
  return {
    add: (values) => {
      events++;
      for (const [name, histograms] of channels) {
        const data = values[name];
        const count = histograms.length;
        for (let e = 0; e < data.length; e++) {
          if (!Number.isFinite(data[e])) {
            throw new UserError(`its element ${e} is ${data[e]} on event ${events - 1}`, {
              where: `node '${name}'`,
              hint: "Calibrate with events on which every value of the float model is finite.",
            });
          }
          histograms[e % count].add(data[e]);
        }
      }
    },
    statistics: () => {
      if (events === 0) {
        throw new UserError("there is no event to calibrate with", {
          hint: "Give a file with some hundred typical events.",
        });
      }
      return { events, channels };
    },
  };
}

/** Takes statistics of a model over events; `run` gives the value of every node, quantizers ignored. */
export async function collectStatistics<Event>(
  model: Model,
  events: Iterable<Event> | AsyncIterable<Event>,
  run: (event: Event) => Values,
): Promise<Statistics> {
  const collector = createCollector(model);
  for await (const event of events) collector.add(run(event));
  return collector.statistics();
}

/** One histogram of all channels. */
export function wholeTensor(channels: readonly Histogram[]): Histogram {
  const all = new GrowingHistogram();
  for (const histogram of channels) all.merge(histogram);
  return all;
}
