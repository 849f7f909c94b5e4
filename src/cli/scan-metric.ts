import type { EventBlock } from "../events/source.js";
import type { Model } from "../ir/model/model.js";
import { sizeOf } from "../ir/tensor.js";
import {
  createMetric,
  type Labels,
  type MetricKind,
  type OutputValues,
} from "../quantize/calibrate/index.js";
import { createFloatExecutor } from "../sim/float/index.js";
import type { Config } from "./config.js";
import { type FloatEvent, withFloatEvents } from "./float-events.js";
import { labelArray, labelsOfBlocks, readLabels } from "./labels.js";
import { eventCount, limitBlocks } from "./simulate.js";

/** What a scan measures a quantized model by. */
export interface ScanMetric {
  readonly events: number;
  /** The metric of the float model. */
  readonly float: number;
  /** The metric of a model with quantizers. */
  readonly evaluate: (model: Model) => number;
}

export interface ScanMetricOptions {
  readonly kind: MetricKind;
  readonly labels: string | undefined;
  readonly limit: number | undefined;
  readonly config: Config;
}

/** Reads the events of a file, which stay in memory as the file has them, and runs the float model on them. */
export function openScanMetric(
  model: Model,
  path: string,
  { kind, labels, limit, config }: ScanMetricOptions,
): Promise<ScanMetric> {
  return withFloatEvents(model, path, config, async ({ source, blocks, eventsOf }) => {
    const count = eventCount(source, limit);
    const array = labelArray(labels, source);
    const kept: EventBlock[] = [];
    for await (const block of limitBlocks(blocks(array === undefined ? [] : [array]), count))
      kept.push(block);
    function* events(): Generator<FloatEvent> {
      for (const block of kept) yield* eventsOf(block);
    }
    const truth = await labelsFor();
    const outputs = (quantized: Model) => outputsOf(quantized, events(), count);
    const reference = outputs(model);
    const { threshold } = config.output;
    const metric = createMetric(kind, reference, {
      ...(truth !== undefined && { labels: truth }),
      ...(threshold !== undefined && { threshold }),
    });
    return { events: count, float: metric(reference), evaluate: (quantized) => metric(outputs(quantized)) };

    async function labelsFor(): Promise<Labels | undefined> {
      if (labels === undefined) return undefined;
      return array === undefined
        ? readLabels(labels, source, count)
        : labelsOfBlocks(array, kept, source.file);
    }
  });
}

/** The outputs of a model on events, its quantizers applied. */
function outputsOf(model: Model, events: Iterable<FloatEvent>, count: number): readonly OutputValues[] {
  const executor = createFloatExecutor(model, { quantizers: "apply" });
  const outputs = model.outputs.map(({ name, value }) => {
    const node = model.nodes.find((other) => other.name === value) as Model["nodes"][number];
    const decided = node.op === "argmax" || node.op === "threshold";
    return { name, shape: node.shape, decided, values: new Float64Array(count * sizeOf(node.shape)) };
  });
  let event = 0;
  for (const inputs of events) {
    const values = executor.run(inputs);
    for (const output of outputs) {
      output.values.set(values[output.name] as Float64Array, event * sizeOf(output.shape));
    }
    event++;
  }
  return outputs;
}
