import { describe, expect, it } from "vitest";
import { type WindowParameters, windowLatency } from "../../../src/ir/circuit/primitives/window.js";
import { verifyCircuit } from "../../../src/ir/circuit/verify.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { properClocks, WINDOWS, type WindowClock, wildClocks, windowCircuit } from "../../support/window.js";

/** The columns of a vector, the first one lowest. */
function columnsOf(data: bigint, bits: number, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, i) => BigInt.asUintN(bits, data >> BigInt(i * bits)));
}

function play(window: WindowParameters, clocks: readonly WindowClock[]) {
  const interpreter = interpretCircuit(windowCircuit(window));
  const idle = { in_valid: 0n, in_first: 0n, in_data: 0n };
  return [...clocks, ...Array.from({ length: 12 }, () => undefined)].map((clock) =>
    interpreter.step(
      clock === undefined
        ? idle
        : { in_valid: BigInt(clock.valid), in_first: BigInt(clock.first), in_data: clock.data },
      false,
    ),
  );
}

/** What a window shows for the beat that came in at clock `at`, straight from the words of its specification. */
function expectedWindow(
  window: WindowParameters,
  clocks: readonly WindowClock[],
  at: number,
): readonly bigint[] {
  const { bits, columns, last, before, after } = window;
  // The event of the beat: from its first beat, or from the gap before it, to the next first or gap.
  let start = at;
  while (!clocks[start]?.first && clocks[start - 1]?.valid) start--;
  let end = at;
  while (clocks[end + 1]?.valid && !clocks[end + 1]?.first) end++;
  const image: bigint[] = [];
  for (let beat = start; beat <= end; beat++) {
    const taken = beat === end && before + after > 0 ? last : columns;
    image.push(...columnsOf(clocks[beat]?.data ?? 0n, bits, columns).slice(0, taken));
  }
  const centre = (at - start) * columns;
  return Array.from({ length: before + columns + after }, (_, q) => image[centre - before + q] ?? 0n);
}

describe("the window buffer in the cycle interpreter", () => {
  it.each(WINDOWS)("gives each beat its columns and its neighbours: %j", (window) => {
    verifyCircuit(windowCircuit(window));
    const latency = windowLatency(window);
    for (let seed = 1; seed <= 25; seed++) {
      const clocks =
        seed % 2 === 0 ? wildClocks(window, 60, seed) : properClocks(window, 1 + (seed % 7), 12, seed);
      const shown = play(window, clocks);
      for (let clock = 0; clock < latency; clock++) expect(shown[clock]?.out_valid).toBe(0n);
      clocks.forEach(({ valid, first }, at) => {
        const out = shown[at + latency];
        expect(out?.out_valid, `seed ${seed}, clock ${at}`).toBe(BigInt(valid));
        if (!valid) return;
        expect(out?.out_first).toBe(BigInt(first));
        const found = columnsOf(
          out?.out_data as bigint,
          window.bits,
          window.before + window.columns + window.after,
        );
        expect(found, `seed ${seed}, clock ${at}`).toEqual(expectedWindow(window, clocks, at));
      });
    }
  });

  it("forgets what came before a reset", () => {
    const window = { bits: 4, columns: 1, last: 1, before: 1, after: 1 };
    const interpreter = interpretCircuit(windowCircuit(window));
    const beat = (data: bigint, first: boolean, reset = false) =>
      interpreter.step({ in_valid: 1n, in_first: BigInt(first), in_data: data }, reset);
    beat(1n, true);
    beat(2n, false);
    beat(3n, false, true);
    beat(4n, true);
    const shown = [beat(5n, false), beat(6n, false), beat(7n, false)];
    expect(shown.map(({ out_valid, out_data }) => [out_valid, out_data])).toEqual([
      [0n, expect.anything()],
      [1n, 0x540n],
      [1n, 0x654n],
    ]);
  });
});
