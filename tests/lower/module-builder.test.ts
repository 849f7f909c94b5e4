import { describe, expect, it } from "vitest";
import { InternalError } from "../../src/ir/errors.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { typeRange } from "../../src/ir/fixed-point.js";
import { ModuleBuilder, type Signal, type Term } from "../../src/lower/module-builder.js";
import { combinational, inputSignal } from "../support/circuit.js";
import { Random } from "../support/random.js";
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

  it("makes a constant of a constant on other bits, which no schedule places in a cycle", () => {
    const builder = new ModuleBuilder();
    const typed = (signed: boolean, width: number) => typeRange({ signed, width, integer: width });
    for (const [value, signed, width, wrapped] of [
      [12n, false, 3, 4n],
      [12n, true, 3, -4n],
      [-1n, false, 4, 15n],
      [0n, true, 4, 0n],
    ] as const) {
      const signal = builder.wrap(builder.constant(value), typed(signed, width));
      const { cell, ...kind } = builder.wireOf(signal);
      expect(cell).toEqual({ op: "constant", value: wrapped });
      expect(kind).toMatchObject({ signed, width });
      expect(signal.range).toEqual({ lo: wrapped, hi: wrapped });
    }
  });

  it("adds two and three terms in one cell, exactly, for all signs and shifts", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const builder = new ModuleBuilder();
      const ports = random.array(random.integer(2, 3), () => random.pick(["x", "y", "z"]));
      const signals = new Map(
        ["x", "y", "z"].map((name) => {
          const width = random.integer(1, 4);
          const signed = random.integer(0, 1) === 1;
          return [name, inputSignal(builder, name, width, typeRange({ signed, width, integer: width }))];
        }),
      );
      const terms = ports.map((name, i): Term => {
        const signal = signals.get(name) as Signal;
        return { signal, shift: random.integer(0, 5), negative: i > 0 && random.integer(0, 1) === 1 };
      });
      const sum = builder.sum(terms);
      expect(builder.sum(terms.toReversed())).toEqual(sum);
      const subtracts = terms.some(({ negative }) => negative);
      const { op } = builder.wireOf(sum).cell;
      expect(op).toBe(terms.length === 3 ? "add3" : subtracts ? "sub" : "add");
      const module = builder.finish("m", [], [{ name: "out", signal: sum }]);
      const run = combinational(module);
      for (let i = 0; i < 20; i++) {
        const inputs = Object.fromEntries(
          ["x", "y", "z"].map((name) => [
            name,
            random.bits(builder.wireOf(signals.get(name) as Signal).width),
          ]),
        );
        const expected = terms.reduce((total, { signal, shift, negative }, k) => {
          const { width, signed } = builder.wireOf(signal);
          const bits = inputs[ports[k] as string] as bigint;
          const value = (signed ? BigInt.asIntN(width, bits) : bits) << BigInt(shift);
          return negative ? total - value : total + value;
        }, 0n);
        expect(run(inputs), `seed ${seed}`).toBe(expected);
      }
    }
  });

  it("takes a sum of one term for that term, and of none for 0", () => {
    const builder = new ModuleBuilder();
    const signal = inputSignal(builder, "a", 3, { lo: 0n, hi: 7n });
    expect(builder.sum([{ signal, shift: 2 }])).toEqual(builder.shift(signal, 2));
    expect(builder.sum([])).toEqual(builder.constant(0n));
    expect(() => builder.sum([{ signal, shift: 2, negative: true }])).toThrow(InternalError);
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

  it("gates a number without a level of its own, as adders have gates in their LUTs", () => {
    const builder = new ModuleBuilder();
    const value = inputSignal(builder, "value", 3, { lo: 0n, hi: 7n });
    const other = inputSignal(builder, "other", 3, { lo: 0n, hi: 7n });
    const shut = inputSignal(builder, "shut", 1, { lo: 0n, hi: 1n });
    const none = builder.constant(0n);
    const gated = builder.gate(shut, none, value);
    expect(builder.depth(gated)).toBe(0);
    expect(builder.depth(builder.gate(shut, none, builder.add(value, other)))).toBe(1);
    expect(builder.depth(builder.mux(shut, other, value))).toBe(1);
    const run = combinational(builder.finish("m", [], [{ name: "out", signal: builder.add(gated, other) }]));
    for (const bits of [0n, 5n, 7n]) {
      expect(run({ value: bits, other: 3n, shut: 0n })).toBe(bits + 3n);
      expect(run({ value: bits, other: 3n, shut: 1n })).toBe(3n);
    }
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
