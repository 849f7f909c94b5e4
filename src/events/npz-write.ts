import { InternalError } from "../ir/errors.js";
import type { ByteSink } from "./bytes.js";
import { DTYPES, type Dtype, elementCount, encodeElements, formatNpyHeader, type TypedArray } from "./npy.js";
import { writeZip, type ZipMember } from "./zip-write.js";

/** An array to write, its elements made block by block. */
export interface NpzArray {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly blocks: () => Iterable<TypedArray> | AsyncIterable<TypedArray>;
}

/** Writes a .npz file (a ZIP archive of .npy files) as numpy's `savez_compressed` lays it out; same content, same bytes. */
export async function writeNpz(sink: ByteSink, arrays: readonly NpzArray[]): Promise<void> {
  await writeZip(sink, arrays.map(member));
}

function member(array: NpzArray): ZipMember {
  const header = formatNpyHeader(array.dtype, array.shape);
  const size = elementCount(array.shape) * DTYPES[array.dtype].bytes;
  return {
    name: `${array.name}.npy`,
    size: header.length + size,
    async *chunks() {
      yield header;
      let done = 0;
      for await (const block of array.blocks()) {
        done += block.byteLength;
        yield encodeElements(block);
      }
      if (done !== size) throw new InternalError(`array ${array.name}: ${done} bytes made, ${size} promised`);
    },
  };
}
