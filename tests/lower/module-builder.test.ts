import { describe, expect, it } from "vitest";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { combinational, inputSignal } from "../support/circuit.js";
import { compareByInterpreter, lowerAt } from "../support/stream.js";

describe("the module builder", () => {
  it("makes one wire of equal cells", () => {
    const builder = new ModuleBuilder();
    const a = inputSignal(builder, "a", 3, { lo: 0n, hi: 7n });
    const b = inputSignal(builder, "b", 3, { lo: 0n, hi: 7n });
    expect(builder.add(a, b).wire).toBe(builder.add(a, b).wire);
    expect(builder.constant(5n).wire).toBe(builder.constant(5n).wire);
    expect(builder.atLeast(a, 2n).wire).not.toBe(builder.atLeast(a, 3n).wire);
  });

  it("folds what is decided by the bounds", () => {
    const builder = new ModuleBuilder();
    const a = inputSignal(builder, "a", 3, { lo: 2n, hi: 5n });
    const cellOf = (signal: ReturnType<typeof builder.add>) => builder.wireOf(signal).cell;
    expect(cellOf(builder.atLeast(a, 2n))).toEqual({ op: "constant", value: 1n });
    expect(cellOf(builder.atLeast(a, 6n))).toEqual({ op: "constant", value: 0n });
    expect(builder.add(a, builder.constant(0n))).toEqual(a);
    expect(builder.shift(a, 0)).toEqual(a);
    expect(cellOf(builder.shift(a, -3))).toEqual({ op: "constant", value: 0n });
    expect(builder.mux(builder.constant(1n), a, builder.constant(3n))).toEqual(a);
    expect(builder.mux(builder.constant(0n), builder.constant(3n), a)).toEqual(a);
  });

  it("keeps signs and low bits in concatenations", () => {
    const builder = new ModuleBuilder();
    const a = inputSignal(builder, "a", 3, { lo: -4n, hi: 3n });
    const b = inputSignal(builder, "b", 2, { lo: 0n, hi: 3n });
    const run = combinational(builder.finish("m", [], [{ name: "out", signal: builder.concat([a, b]) }]));
    expect(run({ a: 0b101n, b: 0b10n })).toBe(0b10101n);
  });

  it("does not take bounds that hold only behind another channel's multiplexer", () => {
    // Both channels have one sum s in -8..5. Channel 0 saturates it to 0..5 behind a multiplexer; channel 1 keeps it
    // and then wraps it to 0..7, which is the same slice: s = -1 becomes 7, above the threshold.
    const fixed = parseFixed(
      `l1c fixed "shared slice"

graph main {
  %x : [1, 4, 1] fixed<4,4> -8..5 = input()
  %sum : [1, 4, 2] fixed<4,4> -8..5 = conv2d(%x) {pads = [0, 0, 0, 0], kernel = tensor<1x1x1x2>[1, 1], bias = tensor<2>[0, 0]}
  %sat : [1, 4, 2] channel[ufixed<3,3>, fixed<5,5>] channel[0..5, -8..5] = requantize(%sum) {rounding = TRN, overflow = SAT}
  %wrap : [1, 4, 2] ufixed<3,3> 0..7 = requantize(%sat) {rounding = TRN, overflow = WRAP}
  %mask : [1, 4, 2] ufixed<1,1> 0..1 = threshold(%wrap) {levels = [6, 6]}
  return mask = %mask
}
`,
      "shared slice",
    );
    expect(compareByInterpreter(fixed, lowerAt(fixed, 2), 40, 1)).toMatchObject({
      protocol: [],
      differences: [],
      equal: true,
    });
  });
});
