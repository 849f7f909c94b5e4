import { describe, expect, it } from "vitest";
import { intervalBits } from "../../src/ir/fixed-point.js";
import { lowerCone } from "../../src/lower/cone.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { combinational, inputSignal } from "../support/circuit.js";
import { Random } from "../support/random.js";

/** A function that is no sum: a saturation and an absolute value. */
const f = (k: bigint) => {
  const size = k < 0n ? -k : k;
  return size > 9n ? 9n : size;
};

describe("a sum that few bits decide, with what is behind it", () => {
  it("is one table, which is right for every value of its inputs", () => {
    let tables = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const ranges = random.array(random.integer(2, 3), () => {
        const lo = random.chance(0.5) ? 0n : -1n - random.bits(2);
        return { lo, hi: lo + 1n + random.bits(2) };
      });
      const widths = ranges.map((range) => intervalBits(range).width);
      const weights = ranges.map(() => random.bits(5) - 16n);
      const bias = random.bits(4) - 8n;
      const builder = new ModuleBuilder();
      const inputs = ranges.map((range, i) => inputSignal(builder, `p${i}`, widths[i], range));
      // An input comes twice; what is constant or has no weight is not looked at.
      const all = [
        ...inputs,
        inputs[0],
        builder.constant(5n),
        inputSignal(builder, "z", 9, { lo: 0n, hi: 511n }),
      ];
      const sum = { weights: [...weights, 3n, 2n, 0n], bias };
      const signal = lowerCone(builder, all, sum, f);
      if (signal === undefined || signal.range.lo === signal.range.hi) continue;
      tables++;
      const module = builder.finish("m", [], [{ name: "out", signal }]);
      const ops = module.wires.map(({ cell }) => cell.op).filter((op) => op !== "input" && op !== "slice");
      expect(ops.toSorted()).toEqual(["concat", "table"]);
      const circuit = combinational(module);
      const check = (values: readonly bigint[]) => {
        const at = values.length;
        if (at < ranges.length) {
          for (let k = ranges[at].lo; k <= ranges[at].hi; k++) check([...values, k]);
          return;
        }
        const ports = values.map((k, i) => [`p${i}`, BigInt.asUintN(widths[i], k)]);
        const total = values.reduce((t, k, i) => t + k * weights[i], bias + 3n * values[0] + 10n);
        expect(circuit({ ...Object.fromEntries(ports), z: 0n }), `seed ${seed}, ${values}`).toBe(f(total));
      };
      check([]);
    }
    expect(tables).toBeGreaterThan(10);
  });

  it("is none where more bits decide, one input does, or adders are cheaper", () => {
    const attempt = (width: number, weights: readonly bigint[], g = f) => {
      const builder = new ModuleBuilder();
      const range = { lo: 0n, hi: (1n << BigInt(width)) - 1n };
      const inputs = weights.map((_, i) => inputSignal(builder, `p${i}`, width, range));
      return lowerCone(builder, inputs, { weights, bias: 0n }, g);
    };
    expect(attempt(3, [5n, -3n])).toBeDefined();
    expect(attempt(4, [5n, -3n])).toBeUndefined();
    expect(attempt(3, [5n])).toBeUndefined();
    // x + 8y lie side by side; their sum times 5 has many bits.
    expect(attempt(3, [1n, 8n], (k) => 5n * k)).toBeUndefined();
  });
});
