import { availableParallelism } from "node:os";
import type { TypedArray } from "../../events/npy.js";
import { openEvents } from "../../events/open.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import type { IntegerArray } from "../../sim/elements.js";
import { openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount, MOST_THREADS } from "../count.js";
import { withFile } from "../files.js";
import { checkOutputs, simOutput, writerOf } from "../sim-outputs.js";
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
      .option("events", { type: "string", demandOption: true, describe: "events (.npz, .npy, .root)" })
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
    checkOutputs(options.output, outputs);
    const started = performance.now();
    const result = await withFile(options.events, async (bytes) => {
      const source = await openEvents(bytes);
      const count = eventCount(source, options.limit);
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
          for (const [i, block] of converted.entries()) summarize(summaries[i] as Summary, block);
          yield converted;
        }
      }
      if (write === undefined) for await (const _ of blocks());
      else await write(outputs, count, blocks());
      return {
        events: count,
        engine: options.engine,
        output: options.output ?? null,
        results: outputs.map(({ name, node, dtype }, i) => {
          const { least, most, sum, elements } = summaries[i] as Summary;
          return { name, shape: [count, ...node.shape], dtype, min: least, max: most, mean: sum / elements };
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
            `${name}: (${shape.join(", ")}) ${dtype}, min ${min}, max ${max}, mean ${mean.toPrecision(4)}`,
        ),
        ...(options.output === undefined ? [] : [options.output]),
      ].join("\n"),
    );
    return EXIT.good;
  },
};

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
