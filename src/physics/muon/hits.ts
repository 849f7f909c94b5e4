/** Offsets of the nonzero voxels of one image, in order. `image` is the image's part of a block. */
export function nonzeroVoxels(block: Uint8Array, start: number, size: number): number[] {
  const found: number[] = [];
  // Images are sparse: look at four voxels at a time where the block's alignment allows it.
  const aligned = (block.byteOffset + start) % 4 === 0 ? size >> 2 : 0;
  const words = new Int32Array(block.buffer, aligned > 0 ? block.byteOffset + start : 0, aligned);
  for (let w = 0; w < aligned; w++) {
    if (words[w] === 0) continue;
    for (let v = 4 * w; v < 4 * w + 4; v++) if (block[start + v] !== 0) found.push(v);
  }
  for (let v = 4 * aligned; v < size; v++) if (block[start + v] !== 0) found.push(v);
  return found;
}
