import { availableParallelism } from "node:os";
import { type Dtype, encodeElements, formatNpyHeader, type TypedArray } from "../../events/npy.js";
import { writeNpz } from "../../events/npz-write.js";
import { openEvents } from "../../events/open.js";
import { UserError } from "../../ir/errors.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { fractionBits, toNumber } from "../../ir/fixed-point.js";
import { atElement } from "../../ir/granular.js";
import { hullOf } from "../../ir/interval.js";
import type { IntegerArray } from "../../sim/elements.js";
import { openBuild } from "../build-directory.js";
import { type Command, EXIT } from "../command.js";
import { checkCount, MOST_THREADS } from "../count.js";
import { withFile, writeAtomically } from "../files.js";
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
    const [{ name, value }] = fixed.outputs as [{ name: string; value: string }];
    const node = fixed.nodes.find((other) => other.name === value) as FixedNode;
    const convert = converter(node, options.raw);
    const started = performance.now();
    const result = await withFile(options.events, async (bytes) => {
      const source = await openEvents(bytes);
      const count = eventCount(source, options.limit);
      output.progress(`simulating ${count} events (${options.engine}, ${options.threads} threads)`);
      const summary = {
        least: Number.POSITIVE_INFINITY,
        most: Number.NEGATIVE_INFINITY,
        sum: 0,
        elements: 0,
      };
      async function* results(): AsyncGenerator<TypedArray> {
        for await (const values of simulateFile(build, fixed, source, {
          ...options,
          count,
          nodes: [value],
        })) {
          const converted = convert.run(values[value] as IntegerArray);
          for (let i = 0; i < converted.length; i++) {
            const x = Number(converted[i]);
            if (x < summary.least) summary.least = x;
            if (x > summary.most) summary.most = x;
            summary.sum += x;
          }
          summary.elements += converted.length;
          yield converted;
        }
      }
      const shape = [count, ...node.shape];
      if (write === undefined) for await (const _ of results());
      else await write(name, convert.dtype, shape, results);
      return {
        events: count,
        engine: options.engine,
        output: options.output ?? null,
        result: {
          name,
          shape,
          dtype: convert.dtype,
          min: summary.least,
          max: summary.most,
          mean: summary.sum / summary.elements,
        },
      };
    });
    const seconds = (performance.now() - started) / 1000;
    output.result(
      { ...result, seconds },
      [
        `${result.events} events in ${seconds.toFixed(1)} s (${Math.round(result.events / seconds)} a second, ${options.engine})`,
        `${name}: (${result.result.shape.join(", ")}) ${convert.dtype}, min ${result.result.min}, max ${result.result.max}, mean ${result.result.mean.toPrecision(4)}`,
        ...(options.output === undefined ? [] : [options.output]),
      ].join("\n"),
    );
    return EXIT.good;
  },
};

type Write = (
  name: string,
  dtype: Dtype,
  shape: readonly number[],
  blocks: () => AsyncGenerator<TypedArray>,
) => Promise<void>;

/** The writer for a file name; throws a UserError for a suffix that is neither. */
function writerOf(path: string): Write {
  if (path.endsWith(".npz")) {
    return (name, dtype, shape, blocks) =>
      writeAtomically(path, (sink) => writeNpz(sink, [{ name, dtype, shape, blocks }]));
  }
  if (path.endsWith(".npy")) {
    return (_, dtype, shape, blocks) =>
      writeAtomically(path, async (sink) => {
        await sink.write(formatNpyHeader(dtype, shape));
        for await (const block of blocks()) await sink.write(encodeElements(block));
      });
  }
  throw new UserError("outputs are written as .npy or .npz", { where: path });
}

/** Integers of a value to numbers for a file: small integers where they are the values, doubles else. */
function converter(
  node: FixedNode,
  raw: boolean,
): { readonly dtype: Dtype; run(integers: IntegerArray): TypedArray } {
  const channels = node.shape.at(-1) ?? 1;
  const { lo, hi } = hullOf(node.ranges);
  const whole = raw || node.types.items.every((type) => fractionBits(type) === 0 && type.scale === undefined);
  if (whole && lo >= 0n && hi <= 255n) {
    return { dtype: "uint8", run: (integers) => Uint8Array.from(integers as Int32Array) };
  }
  if (whole && lo >= -(2n ** 31n) && hi < 2n ** 31n) {
    return { dtype: "int32", run: (integers) => Int32Array.from(integers as Int32Array) };
  }
  if (raw) {
    if (lo < -(2n ** 63n) || hi >= 2n ** 63n) {
      throw new UserError("its integers need more than 64 bits", { where: `output '${node.name}'` });
    }
    return {
      dtype: "int64",
      run: (integers) => BigInt64Array.from(Array.from(integers as ArrayLike<number>, BigInt)),
    };
  }
  const size = node.shape.reduce((a, b) => a * b, 1);
  return {
    dtype: "float64",
    run: (integers) =>
      Float64Array.from(integers as Float64Array, (k, i) =>
        toNumber(BigInt(k), atElement(node.types, i % size, channels)),
      ),
  };
}
