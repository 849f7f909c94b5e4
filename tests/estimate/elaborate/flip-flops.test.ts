import { describe, expect, it } from "vitest";
import { FlipFlops } from "../../../src/estimate/elaborate/flip-flops.js";
import { Network, not, ONE, ZERO } from "../../../src/estimate/network.js";

describe("flip-flops", () => {
  const network = new Network();
  const [a, b, c] = [network.leaf(), network.leaf(), network.leaf()] as const;

  it("are one where they are equal, and none where they are constant", () => {
    const flipFlops = new FlipFlops(network);
    const output = flipFlops.register(a, false);
    expect(flipFlops.register(a, false)).toBe(output);
    expect(flipFlops.register(a, true)).not.toBe(output);
    expect(flipFlops.register(ONE, false)).toBe(ONE);
    expect(flipFlops.register(ZERO, true)).toBe(ZERO);
    expect(flipFlops.all).toEqual([
      { output, data: a, reset: ZERO },
      { output: expect.any(Number), data: a, reset: flipFlops.rst },
    ]);
  });

  it("with a value to start from are none only where that is their constant", () => {
    const flipFlops = new FlipFlops(network);
    expect(flipFlops.register(ONE, true)).not.toBe(ONE);
    expect(flipFlops.all).toMatchObject([{ data: ONE, reset: flipFlops.rst }]);
  });

  it("take multiplexers that choose the same constant as their reset", () => {
    const flipFlops = new FlipFlops(network);
    const inner = flipFlops.choose(b, a, ZERO);
    const [both] = flipFlops.where(c, [inner]) as readonly [number];
    flipFlops.register(both, false);
    flipFlops.register(both, true);
    const either = network.or(not(c), not(b));
    expect(flipFlops.all).toMatchObject([
      { data: a, reset: either },
      { data: a, reset: network.or(network.or(flipFlops.rst, not(c)), not(b)) },
    ]);
  });

  it("take no multiplexer behind one that chooses another constant", () => {
    const flipFlops = new FlipFlops(network);
    const inner = flipFlops.choose(b, ONE, a);
    const outer = flipFlops.choose(c, ZERO, inner);
    flipFlops.register(outer, false);
    flipFlops.register(inner, false);
    flipFlops.register(inner, true);
    expect(flipFlops.all).toMatchObject([
      { data: inner, reset: c },
      { data: a, reset: b },
      { data: inner, reset: flipFlops.rst },
    ]);
  });

  it("may give out what they take in", () => {
    const flipFlops = new FlipFlops(network);
    const output = network.leaf();
    flipFlops.feedback(output, flipFlops.choose(b, ZERO, not(output)), false);
    expect(flipFlops.all).toEqual([{ output, data: not(output), reset: b }]);
  });
});
