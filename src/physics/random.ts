import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers; every call moves it on. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** Standard normal: mean 0, width 1 (Box–Muller). */
  normal(): number;
  /** Exponential with the given mean. */
  exponential(mean: number): number;
  /** Poisson with the given mean, exact for every mean. */
  poisson(mean: number): number;
  /** Index i with probability weights[i] / sum(weights). */
  choice(weights: readonly number[]): number;
}

/** Finaliser of MurmurHash3 (A. Appleby, public domain): a bijection of 32-bit words. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * 128-bit generator state from (seed, index): four Feistel rounds over the four 32-bit words, a bijection, so
 * that different pairs never share a state. 0x9e3779b9 is the golden ratio's fraction (round constant).
 */
function stateOf(seed: number, index: number): [number, number, number, number] {
  const words: [number, number, number, number] = [
    seed | 0,
    Math.floor(seed / 2 ** 32) | 0,
    index | 0,
    Math.floor(index / 2 ** 32) | 0,
  ];
  for (let step = 0; step < 16; step++) {
    const k = step & 3;
    words[k] ^= mix32(words[(k + 3) & 3] + Math.imul(0x9e3779b9, step + 1));
  }
  // All zero is xoroshiro's only forbidden state.
  return words.every((w) => w === 0) ? [1, 0, 0, 0] : words;
}

/**
 * The random stream of event `index` under `seed` (both integers in [0, 2^53)). Streams depend on nothing else,
 * so event i is the same however many events are asked for and in whatever order.
 */
export function eventStream(seed: number, index: number): RandomStream {
  const generator = xoroshiro128plusFromState(stateOf(seed, index));

  const uniform = (): number => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };

  const poissonSmall = (mean: number): number => {
    // Knuth, TAOCP 2, 3.4.1: multiply uniforms until the product falls below exp(-mean).
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  };

  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    poisson: (mean) => {
      // Poisson variables add up: cut a large mean into pieces that exp(-mean) can represent.
      let count = 0;
      for (let rest = mean; rest > 0; rest -= 32) count += poissonSmall(Math.min(rest, 32));
      return count;
    },
    choice: (weights) => {
      let rest = uniform() * weights.reduce((sum, w) => sum + w, 0);
      for (let i = 0; i < weights.length; i++) {
        rest -= weights[i];
        if (rest < 0) return i;
      }
      return weights.findLastIndex((w) => w > 0);
    },
  };
}
