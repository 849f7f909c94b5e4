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

/** An array of a file of outputs. */
export interface OutputArray {
  readonly name: string;
  readonly dtype: Dtype;
  /** Of several arrays it is asked for after the last block only. */
  readonly shape: () => readonly number[];
}

/** Blocks of events: the numbers of each array. */
export type OutputBlocks = AsyncIterable<readonly TypedArray[]>;

/** Writes arrays. */
export type WriteOutputs = (arrays: readonly OutputArray[], blocks: OutputBlocks) => Promise<void>;

/** The writer for a file name; throws a UserError for a suffix that is neither .npy nor .npz. */
export function writerOf(path: string): WriteOutputs {
  if (path.endsWith(".npz")) return (arrays, blocks) => writeMany(path, arrays, blocks);
  if (path.endsWith(".npy")) return (arrays, blocks) => writeOne(path, arrays, blocks);
  throw new UserError("outputs are written as .npy or .npz", { where: path });
}

/** Checks that a file of this name can hold so many arrays. */
export function checkArrays(path: string | undefined, count: number, what: string): void {
  if (path === undefined || !path.endsWith(".npy") || count === 1) return;
  throw new UserError(`a .npy file holds one array, ${what}`, {
    where: path,
    hint: "Write them to a .npz file.",
  });
}

async function writeOne(path: string, arrays: readonly OutputArray[], blocks: OutputBlocks): Promise<void> {
  const [{ dtype, shape }] = arrays as [OutputArray];
  await writeAtomically(path, async (sink) => {
    await sink.write(formatNpyHeader(dtype, shape()));
    for await (const [block] of blocks) await sink.write(encodeElements(block as TypedArray));
  });
}

async function writeMany(path: string, arrays: readonly OutputArray[], blocks: OutputBlocks): Promise<void> {
  const [only] = arrays;
  if (only !== undefined && arrays.length === 1) {
    const first = async function* () {
      for await (const [block] of blocks) yield block as TypedArray;
    };
    await writeAtomically(path, (sink) => writeNpz(sink, [{ ...only, shape: only.shape(), blocks: first }]));
    return;
  }
  // An archive holds one array after the other, but the events bring them all at once.
  await writeAtomically(path, (sink) =>
    spool(path, arrays.length, blocks, (readers) =>
      writeNpz(
        sink,
        arrays.map((array, i) => ({
          ...array,
          shape: array.shape(),
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
