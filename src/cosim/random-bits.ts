/** A small source of reproducible random words of 32 bits (xorshift32, Marsaglia, J. Stat. Softw. 8, 2003). */
export function randomWords(seed: number): () => number {
  // Spread over all bits, so that small seeds differ from the first word on; 0 is the one state that stays.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
