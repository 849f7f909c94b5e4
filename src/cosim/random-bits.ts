/** A small source of reproducible random words of 32 bits (xorshift32, Marsaglia, J. Stat. Softw. 8, 2003). */
export function randomWords(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
