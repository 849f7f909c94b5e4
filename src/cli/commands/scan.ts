import { importModel } from "../../import/index.js";
import { UserError } from "../../ir/errors.js";
import {
  collectStatistics,
  type LayerSensitivity,
  METRIC_KINDS,
  METRICS,
  type MetricKind,
  prepareModel,
  type Sensitivity,
  scanSensitivity,
} from "../../quantize/calibrate/index.js";
import { allEvents, calibrationOptions, floatExecutor } from "../calibration.js";
import { type Command, EXIT } from "../command.js";
import { openConfig } from "../config.js";
import { writeAtomically } from "../files.js";
import { withFloatEvents } from "../float-events.js";
import { graphShapes } from "../graph-shapes.js";
import { openModel, WEIGHTS } from "../model-files.js";
import { EVENT_FILES } from "../open-events.js";
import { configWithBits } from "../scan-config.js";
import { openScanMetric } from "../scan-metric.js";
import { table } from "../summary.js";

export interface ScanCommandOptions {
  readonly model: string;
  readonly calibrate: string;
  readonly events: string | undefined;
  readonly metric: MetricKind | undefined;
  readonly labels: string | undefined;
  readonly loss: number;
  readonly limit: number | undefined;
  readonly config: string | undefined;
  readonly output: string | undefined;
  readonly weights: string | undefined;
}

export const scan: Command<ScanCommandOptions> = {
  usage: "scan <model>",
  describe: "find the fewest bits of each layer of a float model for a given loss",
  options: (argv) =>
    argv
      .positional("model", { type: "string", demandOption: true, describe: "model file, as for compile" })
      .option("calibrate", {
        type: "string",
        demandOption: true,
        describe: `events by which types are chosen (${EVENT_FILES})`,
      })
      .option("events", {
        type: "string",
        describe: "events on which the metric is measured (default: those of --calibrate)",
      })
      .option("metric", {
        choices: METRIC_KINDS,
        describe: "what is measured (default: agreement, with labels accuracy)",
      })
      .option("labels", {
        type: "string",
        describe: "labels of the events: one of their arrays, or a file of one array (.npy, .npz)",
      })
      .option("loss", {
        type: "number",
        demandOption: true,
        describe: "by how much the metric may become worse",
      })
      .option("limit", { type: "number", describe: "measure on the first N events only" })
      .option("config", {
        alias: "c",
        type: "string",
        describe: "configuration (default: l1c.yaml beside the model)",
      })
      .option("output", {
        alias: "o",
        type: "string",
        describe: "configuration to write (.yaml), with the bits found",
      })
      .option("weights", { type: "string", describe: WEIGHTS }),

  run: async (options, output) => {
    if (options.output !== undefined && !/\.ya?ml$/.test(options.output)) {
      throw new UserError("a configuration is written as .yaml", { where: options.output });
    }
    const { source } = await openModel(options.model, options.weights);
    const file = await openConfig(options.model, options.config);
    const { config } = file;
    const { model } = await importModel({ ...source, ...graphShapes(config) });
    const kind = options.metric ?? (options.labels === undefined ? "agreement" : "accuracy");
    const better = METRICS[kind];
    output.progress(
      `scanning ${options.model}${file.file === undefined ? "" : ` with ${file.file}`} by ${kind}`,
    );
    const calibration = calibrationOptions(model, config);
    const { equalize: _, ...given } = calibration;
    const prepared = prepareModel(model, calibration);
    const statistics = await withFloatEvents(prepared, options.calibrate, config, (events) =>
      collectStatistics(prepared, allEvents(events), floatExecutor(prepared)),
    );
    const events = options.events ?? options.calibrate;
    const metric = await openScanMetric(model, events, { ...options, kind, config });
    const find = async () => {
      const found = await scanSensitivity(prepared, statistics, metric.evaluate, {
        ...given,
        loss: options.loss,
        better,
        found: (layer) =>
          output.progress(
            `${layer.node} ${layer.tensor}: ${layer.bits} bits, ${kind} ${number(layer.metric)}`,
          ),
      });
      if (found.layers.length > 0) return found;
      throw new UserError("there are no bits to choose: everything has a quantizer or a type already", {
        where: options.model,
      });
    };
    let found: Sensitivity | undefined;
    if (options.output === undefined) found = await find();
    else {
      await writeAtomically(options.output, async (sink) => {
        found = await find();
        await sink.write(new TextEncoder().encode(configWithBits(file, found.layers)));
      });
    }
    const { reference, layers, metric: reached } = found as Sensitivity;
    const lossOf = (value: number) => (better === "larger" ? reference - value : value - reference);
    output.result(
      {
        model: options.model,
        calibration: { file: options.calibrate, events: statistics.events },
        events: { file: events, count: metric.events },
        metric: kind,
        better,
        loss: options.loss,
        float: metric.float,
        reference,
        reached,
        layers: layers.map((layer) => ({ ...layer, below: layer.below ?? null })),
        output: options.output ?? null,
      },
      [
        `${kind} on ${metric.events} events: float model ${number(metric.float)}, ` +
          `with the bits to start from ${number(reference)}, with those found ${number(reached)}`,
        "",
        describeLayers(layers, kind, lossOf),
        ...(options.output === undefined ? [] : [options.output]),
      ].join("\n"),
    );
    return EXIT.good;
  },
};

function describeLayers(
  layers: readonly LayerSensitivity[],
  kind: MetricKind,
  lossOf: (value: number) => number,
): string {
  return table([
    ["layer", "tensor", "bits", kind, "loss", "loss with one bit fewer"],
    ...layers.map(({ node, tensor, bits, metric, below }) => [
      node,
      tensor,
      String(bits),
      number(metric),
      number(lossOf(metric)),
      below === undefined ? "-" : number(lossOf(below)),
    ]),
  ]);
}

/** Four significant digits. */
function number(x: number): string {
  return String(Number(x.toPrecision(4)));
}
