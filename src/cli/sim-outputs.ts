import { type Dtype, encodeElements, formatNpyHeader, type TypedArray } from "../events/npy.js";
import { writeNpz } from "../events/npz-write.js";
import { UserError } from "../ir/errors.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import { fractionBits, toNumber } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { hullOf } from "../ir/interval.js";
import { sizeOf } from "../ir/tensor.js";
import type { IntegerArray } from "../sim/elements.js";
import { writeAtomically } from "./files.js";
import { spool } from "./spool.js";

/** An output of a graph on its way to a file. */
export interface SimOutput {
  readonly name: string;
  readonly node: FixedNode;
  readonly dtype: Dtype;
  /** Integers of some events to numbers for a file. */
  readonly convert: (integers: IntegerArray) => TypedArray;
}

/** Blocks of events: the numbers of each output. */
export type OutputBlocks = AsyncIterable<readonly TypedArray[]>;

/** Writes the outputs of `count` events. */
export type WriteOutputs = (
  outputs: readonly SimOutput[],
  count: number,
  blocks: OutputBlocks,
) => Promise<void>;

/** The writer for a file name; throws a UserError for a suffix that is neither .npy nor .npz. */
export function writerOf(path: string): WriteOutputs {
  if (path.endsWith(".npz")) return (outputs, count, blocks) => writeMany(path, outputs, count, blocks);
  if (path.endsWith(".npy")) return (outputs, count, blocks) => writeOne(path, outputs, count, blocks);
  throw new UserError("outputs are written as .npy or .npz", { where: path });
}

/** Checks that a file of this name can hold the outputs. */
export function checkOutputs(path: string | undefined, outputs: readonly SimOutput[]): void {
  if (path === undefined || !path.endsWith(".npy") || outputs.length === 1) return;
  throw new UserError(`a .npy file holds one array, the model has ${outputs.length} outputs`, {
    where: path,
    hint: "Write them to a .npz file.",
  });
}

async function writeOne(
  path: string,
  outputs: readonly SimOutput[],
  count: number,
  blocks: OutputBlocks,
): Promise<void> {
  const [{ node, dtype }] = outputs as [SimOutput];
  await writeAtomically(path, async (sink) => {
    await sink.write(formatNpyHeader(dtype, [count, ...node.shape]));
    for await (const [block] of blocks) await sink.write(encodeElements(block as TypedArray));
  });
}

async function writeMany(
  path: string,
  outputs: readonly SimOutput[],
  count: number,
  blocks: OutputBlocks,
): Promise<void> {
  const shapeOf = ({ node }: SimOutput) => [count, ...node.shape];
  const [only] = outputs;
  if (only !== undefined && outputs.length === 1) {
    const first = async function* () {
      for await (const [block] of blocks) yield block as TypedArray;
    };
    const array = { name: only.name, dtype: only.dtype, shape: shapeOf(only), blocks: first };
    await writeAtomically(path, (sink) => writeNpz(sink, [array]));
    return;
  }
  // An archive holds one array after the other, but the events bring them all at once.
  await writeAtomically(path, (sink) =>
    spool(path, outputs.length, blocks, (readers) =>
      writeNpz(
        sink,
        outputs.map((output, i) => ({
          name: output.name,
          dtype: output.dtype,
          shape: shapeOf(output),
          blocks: readers[i] as () => AsyncIterable<Uint8Array>,
        })),
      ),
    ),
  );
}

/** How an output's integers stand in a file: small integers where they are the values, doubles else. */
export function simOutput(name: string, node: FixedNode, raw: boolean): SimOutput {
  const { lo, hi } = hullOf(node.ranges);
  const { items } = node.types;
  const whole = raw || items.every((type) => fractionBits(type) === 0 && type.scale === undefined);
  if (whole && lo >= 0n && hi <= 255n) {
    return { name, node, dtype: "uint8", convert: (integers) => Uint8Array.from(integers as Int32Array) };
  }
  if (whole && lo >= -(2n ** 31n) && hi < 2n ** 31n) {
    return { name, node, dtype: "int32", convert: (integers) => Int32Array.from(integers as Int32Array) };
  }
  if (raw) {
    if (lo < -(2n ** 63n) || hi >= 2n ** 63n) {
      throw new UserError("its integers need more than 64 bits", { where: `output '${name}'` });
    }
    const convert = (integers: IntegerArray) =>
      BigInt64Array.from(Array.from(integers as ArrayLike<number>, BigInt));
    return { name, node, dtype: "int64", convert };
  }
  const size = sizeOf(node.shape);
  const channels = node.shape.at(-1) ?? 1;
  const convert = (integers: IntegerArray) =>
    Float64Array.from(integers as Float64Array, (k, i) =>
      toNumber(BigInt(k), atElement(node.types, i % size, channels)),
    );
  return { name, node, dtype: "float64", convert };
}
