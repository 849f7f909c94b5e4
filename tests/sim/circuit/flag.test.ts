import { describe, expect, it } from "vitest";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { FLAGS, primitiveCircuit, randomFlags } from "../../support/primitives.js";

describe("the counted flag in the cycle interpreter", () => {
  it.each(FLAGS)("comes out exactly $cycles clocks later, unless another one came sooner", (flag) => {
    const { cycles } = flag;
    for (let seed = 1; seed <= 20; seed++) {
      const firsts = randomFlags(cycles, true, 200, seed);
      const interpreter = interpretCircuit(primitiveCircuit({ flag }));
      const found = firsts.map(
        (first) => interpreter.step({ in_first: BigInt(first) }, false).out_first === 1n,
      );
      const expected = firsts.map(
        (_, clock) =>
          firsts[clock - cycles] === true && !firsts.slice(clock - cycles + 1, clock).includes(true),
      );
      expect(found, `seed ${seed}`).toEqual(expected);
    }
  });

  it("forgets a flag on its way in a reset", () => {
    const interpreter = interpretCircuit(primitiveCircuit({ flag: { cycles: 3 } }));
    const step = (in_first: bigint, reset: boolean) => interpreter.step({ in_first }, reset).out_first;
    expect([step(1n, false), step(0n, true), step(1n, true), step(0n, false), step(0n, false)]).toEqual([
      0n,
      0n,
      0n,
      0n,
      0n,
    ]);
    expect([step(1n, false), step(0n, false), step(1n, false), step(0n, false)]).toEqual([0n, 0n, 0n, 0n]);
    expect([step(0n, true), step(0n, false), step(0n, false)]).toEqual([0n, 0n, 0n]);
  });
});
