import { describe, expect, it } from "vitest";
import { resetClocks } from "../../../src/ir/circuit/circuit.js";
import { type ScatterParameters, scatterLatency } from "../../../src/ir/circuit/primitives/scatter.js";
import { InternalError } from "../../../src/ir/errors.js";
import { pack } from "../../../src/sim/circuit/fields.js";
import { ScatterInterpreter } from "../../../src/sim/circuit/scatter.js";
import { scatterCircuit } from "../../support/primitives.js";

/** Two numbers of four bits in each of two clocks, for three items, of which two come out in a clock. */
const scatter: ScatterParameters = {
  bits: 4,
  signed: 1,
  sumBits: 5,
  outBits: 6,
  maximum: 0,
  lanes: 2,
  beats: 2,
  items: 3,
  outLanes: 2,
  indexBits: 2,
  banks: 1,
};

type Numbers = readonly (readonly [number: bigint, item: bigint])[];

const clock = (sums: ScatterInterpreter, numbers?: Numbers, pop = false, reset = false) =>
  sums.step(
    {
      in_push: BigInt(numbers !== undefined),
      in_data: pack(numbers?.map(([number]) => number) ?? [9n, 9n], 4),
      in_index: pack(numbers?.map(([, item]) => item) ?? [1n, 1n], 2),
      in_pop: BigInt(pop),
    },
    reset,
  ).out_data as bigint;

/** An event of two clocks, given out as soon as may be: three results. */
function play(parameters: ScatterParameters, first: Numbers, second: Numbers): readonly bigint[] {
  const sums = new ScatterInterpreter(parameters);
  clock(sums, first);
  clock(sums, second);
  clock(sums);
  clock(sums, undefined, true);
  clock(sums, undefined, true);
  const [low, high] = [clock(sums), clock(sums)];
  const numbers = [low, low >> 6n, high].map((bits) =>
    parameters.signed === 1 ? BigInt.asIntN(6, bits) : BigInt.asUintN(6, bits),
  );
  // There is no fourth item.
  expect(high >> 6n).toBe(0n);
  return numbers;
}

describe("the scatter in the cycle interpreter", () => {
  it("adds up what comes to an item, in one clock and in several; an index that is no item goes nowhere", () => {
    const [first, second]: readonly Numbers[] = [
      [
        [-8n, 0n],
        [-8n, 0n],
      ],
      [
        [-7n, 0n],
        [5n, 3n],
      ],
    ] as const;
    expect(play(scatter, first as Numbers, second as Numbers)).toEqual([-23n, 0n, 0n]);
  });

  it("takes the maximum, and 0 where nothing came", () => {
    const numbers: Numbers = [
      [-8n, 0n],
      [-3n, 0n],
    ];
    const others: Numbers = [
      [-5n, 0n],
      [2n, 2n],
    ];
    expect(play({ ...scatter, maximum: 1 }, numbers, others)).toEqual([-3n, 0n, 2n]);
    expect(play({ ...scatter, maximum: 1, signed: 0 }, numbers, others)).toEqual([13n, 0n, 2n]);
  });

  it("gives results a register and a level for every doubling of lanes after the pop", () => {
    expect([1, 2, 3, 4, 5, 16, 17].map((lanes) => scatterLatency({ lanes }))).toEqual([1, 2, 3, 3, 4, 5, 6]);
  });

  const some: Numbers = [
    [7n, 1n],
    [7n, 1n],
  ];

  it("tells who asks too soon, or pushes into a bank that is not given out", () => {
    const sums = new ScatterInterpreter(scatter);
    clock(sums, some);
    clock(sums, some);
    expect(() => clock(sums, undefined, true)).toThrow(
      new InternalError("a scatter is popped before an event is complete"),
    );
    expect(() => clock(sums, some)).toThrow(
      new InternalError("a scatter is pushed into a bank that is not given out"),
    );
  });

  it("takes the next event in the clock of the last pop", () => {
    const sums = new ScatterInterpreter(scatter);
    clock(sums, some);
    clock(sums, some);
    clock(sums);
    clock(sums, undefined, true);
    clock(sums, some, true);
    expect(clock(sums) >> 6n).toBe(28n);
  });

  it("tells of sums that are wider than it was told", () => {
    const narrow = { ...scatter, sumBits: 4, outBits: 5 };
    const sums = new ScatterInterpreter(narrow);
    clock(sums, some);
    clock(sums, some);
    clock(sums);
    expect(() => clock(sums, undefined, true)).toThrow(
      new InternalError("a scatter's sum is wider than it says"),
    );
  });

  it("needs a reset that clears every row", () => {
    expect(resetClocks(scatterCircuit(scatter))).toBe(3);
    expect(resetClocks(scatterCircuit({ ...scatter, items: 70 }))).toBe(65);
    expect(resetClocks(scatterCircuit({ ...scatter, outLanes: 3 }))).toBe(1);
    const sums = new ScatterInterpreter(scatter);
    for (let i = 0; i < 2; i++) clock(sums, some, false, true);
    expect(() => clock(sums, some)).toThrow(
      new InternalError("rst was high for 2 clocks, a scatter needs 3"),
    );
    for (let i = 0; i < 3; i++) clock(sums, some, true, true);
    clock(sums, some);
    clock(sums, some);
    clock(sums);
    clock(sums, undefined, true);
    clock(sums, undefined, true);
    expect(clock(sums)).toBe(28n << 6n);
  });
});
