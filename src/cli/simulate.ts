import { join } from "node:path";
import type { TypedArray } from "../events/npy.js";
import type { EventBlock, EventSource } from "../events/source.js";
import { UserError } from "../ir/errors.js";
import type { Fixed, FixedInput } from "../ir/fixed/fixed.js";
import { parseFixed } from "../ir/fixed/text.js";
import { hullOf } from "../ir/interval.js";
import { sizeOf } from "../ir/tensor.js";
import { allocate, elementsFor, type IntegerArray } from "../sim/elements.js";
import { type InputEncoder, inputEncoder } from "../sim/inputs.js";
import { referenceSimulator } from "../sim/reference.js";
import type { Block, Values } from "../sim/simulator.js";
import { type Build, readBuildText } from "./build-directory.js";
import { checkCount } from "./count.js";
import { arraysOfInputs } from "./events.js";
import { simulateBlocks } from "./simulate-pool.js";

export const ENGINES = ["typescript", "reference"] as const;
export type Engine = (typeof ENGINES)[number];

/** Events of a block: large enough that handing it over costs little, small enough that few blocks fill no memory. */
export const BLOCK_EVENTS = 200;
const BLOCK_ELEMENTS = 4_000_000;

/** The events of a block that holds inputs and `nodes` of a graph. */
function blockEvents(fixed: Fixed, nodes: readonly string[]): number {
  const held = fixed.nodes.filter(({ op, name }) => op === "input" || nodes.includes(name));
  const elements = held.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return Math.min(BLOCK_EVENTS, Math.max(1, Math.floor(BLOCK_ELEMENTS / elements)));
}

/** The Fixed graph of a build. */
export async function readFixed(build: Build): Promise<Fixed> {
  return parseFixed(await readBuildText(build, "fixed.l1c"), join(build.folder, "fixed.l1c"));
}

/** How many events to use; throws a UserError for a limit that is no count, and for a file without events. */
export function eventCount(source: EventSource, limit: number | undefined): number {
  if (limit !== undefined) checkCount("limit", limit);
  if (source.count === 0) throw new UserError("it holds no events", { where: source.file });
  return Math.min(source.count, limit ?? source.count);
}

/** The events of a file as integers of the build's inputs, block by block; `arrays` names the array of each input. */
export async function* encodeBlocks(
  fixed: Fixed,
  source: EventSource,
  arrays: ReadonlyMap<string, string>,
  options: {
    readonly count: number;
    readonly rows: number;
    readonly raw: boolean;
    readonly nodes: readonly string[];
  },
): AsyncGenerator<Block> {
  const inputs = fixed.nodes
    .filter((node): node is FixedInput => node.op === "input")
    .map((node) => ({ node, array: arrays.get(node.name) as string, encode: inputEncoder(node, options) }));
  const names = [...new Set(inputs.map(({ array }) => array))];
  for await (const block of limitBlocks(source.blocks(names, options.rows), options.count)) {
    const values = inputs.map(({ node, array, encode }) => {
      return [node.name, encodeRows(node, encode, block.arrays[array] as TypedArray, block)] as const;
    });
    yield { count: block.rows, inputs: Object.fromEntries(values), nodes: options.nodes };
  }
}

/** One input's integers of all events of a block. */
function encodeRows(
  node: FixedInput,
  encode: InputEncoder,
  numbers: TypedArray,
  { start, rows }: EventBlock,
): IntegerArray {
  const size = sizeOf(node.shape);
  const integers = allocate(elementsFor(hullOf(node.ranges)), rows * size);
  for (let row = 0; row < rows; row++) {
    const event = encode(numbers.subarray(row * size, (row + 1) * size), start + row);
    if (Array.isArray(integers)) for (let i = 0; i < size; i++) integers[row * size + i] = event[i] as bigint;
    else integers.set(event as Int32Array, row * size);
  }
  return integers;
}

/** The first `count` events of blocks. */
export async function* limitBlocks(
  blocks: AsyncIterable<EventBlock>,
  count: number,
): AsyncGenerator<EventBlock> {
  let left = count;
  for await (const block of blocks) {
    yield block.rows <= left ? block : firstRows(block, left);
    left -= block.rows;
    if (left <= 0) return;
  }
}

function firstRows(block: EventBlock, rows: number): EventBlock {
  const arrays = Object.entries(block.arrays).map(([name, array]) => {
    return [name, array.subarray(0, (array.length / block.rows) * rows)] as const;
  });
  return { start: block.start, rows, arrays: Object.fromEntries(arrays) };
}

/** The values of `nodes` for the first `count` events of a file, block by block, in order. */
export async function* simulateFile(
  build: Build,
  fixed: Fixed,
  source: EventSource,
  options: {
    readonly engine: Engine;
    readonly threads: number;
    readonly count: number;
    readonly rows?: number;
    readonly raw: boolean;
    readonly nodes: readonly string[];
  },
): AsyncGenerator<Values> {
  const arrays = arraysOfInputs(build.manifest, source);
  const blocks = encodeBlocks(fixed, source, arrays, { rows: blockEvents(fixed, options.nodes), ...options });
  if (options.engine === "reference") {
    const simulator = referenceSimulator(fixed);
    for await (const block of blocks) yield simulator.runBlock(block);
  } else {
    yield* simulateBlocks(await readBuildText(build, "simulator/golden.js"), blocks, options.threads);
  }
}
