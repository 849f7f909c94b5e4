import { availableParallelism } from "node:os";
import type { TypedArray } from "../../events/npy.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { sizeOf } from "../../ir/tensor.js";
import type { IntegerArray } from "../../sim/elements.js";
import { type Build, openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount, MOST_THREADS } from "../count.js";
import { graphLayout } from "../graph-layout.js";
import { type CutTotals, graphOutputs } from "../graph-outputs.js";
import { readGraphPath, takeSome } from "../graphs.js";
import { EVENT_FILES, withEvents } from "../open-events.js";
import { checkArrays, type SimOutput, simOutput, writerOf } from "../sim-outputs.js";
import { ENGINES, type Engine, eventCount, readFixed, simulateFile } from "../simulate.js";

export interface SimCommandOptions {
  readonly build: string;
  readonly events: string;
  readonly output: string | undefined;
  readonly engine: Engine;
  readonly threads: number;
  readonly limit: number | undefined;
  readonly raw: boolean;
}

export const sim: Command<SimCommandOptions> = {
  usage: "sim <build>",
  describe: "run the bit-accurate simulator on events",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("events", { type: "string", demandOption: true, describe: `events (${EVENT_FILES})` })
      .option("output", { alias: "o", type: "string", describe: "file for the outputs (.npy or .npz)" })
      .option("engine", { choices: ENGINES, default: "typescript" as const, describe: "simulator" })
      .option("threads", { type: "number", default: availableParallelism(), describe: "worker threads" })
      .option("limit", { type: "number", describe: "use only the first N events" })
      .option("raw", {
        type: "boolean",
        default: false,
        describe: "integers in and out, not physical values",
      }),

  run: async (options, output) => {
    checkCount("threads", options.threads, { most: MOST_THREADS });
    const write = options.output === undefined ? undefined : writerOf(options.output);
    const build = await openBuild(options.build);
    const fixed = await readFixed(build);
    const nodes = nodesByName(fixed);
    const outputs = fixed.outputs.map(({ name, value }) =>
      simOutput(name, nodes.get(value) as FixedNode, options.raw),
    );
    const graphs = graphsOfBuild(build, outputs, options);
    const started = performance.now();
    const result = await withEvents(options.events, build.manifest, async (source) => {
      const count = eventCount(source, options.limit);
      const arrays =
        graphs?.arrays ??
        outputs.map(({ name, dtype, node }) => ({ name, dtype, shape: () => [count, ...node.shape] }));
      checkArrays(
        options.output,
        arrays.length,
        graphs === undefined ? `the model has ${arrays.length} outputs` : "graphs have several",
      );
      output.progress(`simulating ${count} events (${options.engine}, ${options.threads} threads)`);
      const summaries = outputs.map(() => ({
        least: Number.POSITIVE_INFINITY,
        most: Number.NEGATIVE_INFINITY,
        sum: 0,
        elements: 0,
      }));
      async function* blocks(): AsyncGenerator<readonly TypedArray[]> {
        const wanted = [...new Set(outputs.map(({ node }) => node.name))];
        for await (const values of simulateFile(build, fixed, source, { ...options, count, nodes: wanted })) {
          const converted = outputs.map(({ node, convert }) => convert(values[node.name] as IntegerArray));
          const block = graphs === undefined ? converted : await graphs.take(converted);
          outputs.forEach((_, i) => void summarize(summaries[i] as Summary, block[i]));
          yield block;
        }
      }
      if (write === undefined) for await (const _ of blocks());
      else await write(arrays, blocks());
      return {
        events: count,
        engine: options.engine,
        output: options.output ?? null,
        ...(graphs !== undefined && { cut: graphs.cut }),
        results: outputs.map(({ name, dtype }, i) => {
          const { least, most, sum, elements } = summaries[i] as Summary;
          const [min, max, mean] = elements === 0 ? [null, null, null] : [least, most, sum / elements];
          return { name, shape: arrays[i].shape(), dtype, min, max, mean };
        }),
      };
    });
    const seconds = (performance.now() - started) / 1000;
    output.result(
      { ...result, seconds },
      [
        `${result.events} events in ${seconds.toFixed(1)} s (${perSecond(result.events / seconds)} a second, ${options.engine})`,
        ...result.results.map(
          ({ name, shape, dtype, min, max, mean }) =>
            `${name}: (${shape.join(", ")}) ${dtype}, ${mean === null ? "no element" : `min ${min}, max ${max}, mean ${mean.toPrecision(4)}`}`,
        ),
        ...(result.cut === undefined ? [] : [describeCut(result.cut, result.events)]),
        ...(options.output === undefined ? [] : [options.output]),
      ].join("\n"),
    );
    return EXIT.good;
  },
};

/** Of a graph network: brings the outputs of blocks, in the order of the events, back to the graphs. */
function graphsOfBuild({ manifest }: Build, outputs: readonly SimOutput[], { events }: SimCommandOptions) {
  const layout = graphLayout(manifest.config.values, manifest.inputs);
  if (layout === undefined || manifest.graph === undefined) return undefined;
  const { arrays, cut, take } = graphOutputs(outputs, layout, manifest.graph);
  const graphs = readGraphPath(events, layout.form);
  const [{ node }] = outputs;
  return {
    arrays,
    cut,
    take: async (padded: readonly TypedArray[]) =>
      take(padded, await takeSome(graphs, padded[0].length / sizeOf(node.shape))),
  };
}

/** What did not fit the network. */
export function describeCut(cut: CutTotals, events: number): string {
  return cut.graphs === 0
    ? "no graph was cut"
    : `${cut.graphs} of ${events} graphs cut: ${cut.nodes} nodes and ${cut.edges} edges left out`;
}

/** A rate; of large images it may be below one. */
function perSecond(rate: number): string {
  return rate < 10 ? rate.toPrecision(2) : String(Math.round(rate));
}

interface Summary {
  least: number;
  most: number;
  sum: number;
  elements: number;
}

function summarize(summary: Summary, block: TypedArray): void {
  for (let i = 0; i < block.length; i++) {
    const x = Number(block[i]);
    if (x < summary.least) summary.least = x;
    if (x > summary.most) summary.most = x;
    summary.sum += x;
  }
  summary.elements += block.length;
}
