/** `count` fields of `bits` bits out of a word, the lowest first; unsigned. */
export function unpack(word: bigint, bits: number, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, i) => BigInt.asUintN(bits, word >> BigInt(i * bits)));
}

/** Numbers side by side in fields of `bits` bits, the first one lowest. */
export function pack(numbers: readonly bigint[], bits: number): bigint {
  return numbers.reduceRight((word, number) => (word << BigInt(bits)) | BigInt.asUintN(bits, number), 0n);
}
