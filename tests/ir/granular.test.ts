import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atElement, collapse, type Granular, granularLength, zipGranular } from "../../src/ir/granular.js";
import { sizeOf } from "../../src/ir/tensor.js";

const anyShape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });
const granularOf = (shape: readonly number[], most: number): fc.Arbitrary<Granular<number>> =>
  fc.constantFrom("tensor" as const, "channel" as const, "element" as const).chain((per) => {
    const length = granularLength(per, shape);
    return fc.record({
      per: fc.constant(per),
      items: fc.array(fc.integer({ min: 0, max: most }), { minLength: length, maxLength: length }),
    });
  });

/** What a property says of each element. */
const spread = <T>(granular: Granular<T>, shape: readonly number[]) =>
  Array.from({ length: sizeOf(shape) }, (_, i) => atElement(granular, i, shape.at(-1) ?? 1));

describe("granular properties", () => {
  it("collapse to the coarsest that says the same", () => {
    const same = (a: number, b: number) => a === b;
    const shape = [2, 2];
    const element = (items: number[]) => ({ per: "element" as const, items });
    expect(collapse(element([1, 1, 1, 1]), shape, same)).toEqual({ per: "tensor", items: [1] });
    expect(collapse(element([1, 2, 1, 2]), shape, same)).toEqual({ per: "channel", items: [1, 2] });
    expect(collapse(element([1, 1, 2, 2]), shape, same)).toEqual(element([1, 1, 2, 2]));
    expect(collapse({ per: "channel", items: [3, 3] }, shape, same)).toEqual({ per: "tensor", items: [3] });
    fc.assert(
      fc.property(
        anyShape.chain((shape) => fc.tuple(fc.constant(shape), granularOf(shape, 1))),
        ([shape, granular]) => {
          expect(spread(collapse(granular, shape, same), shape)).toEqual(spread(granular, shape));
        },
      ),
    );
  });

  it("combine element by element", () => {
    const pair = anyShape.chain((shape) =>
      fc.tuple(fc.constant(shape), granularOf(shape, 9), granularOf(shape, 9)),
    );
    fc.assert(
      fc.property(pair, ([shape, a, b]) => {
        const zipped = zipGranular(shape, [a, b], (x, y) => 10 * x + y);
        const [as, bs] = [spread(a, shape), spread(b, shape)];
        expect(spread(zipped, shape)).toEqual(as.map((x, i) => 10 * x + bs[i]));
        expect(zipped.items).toHaveLength(granularLength(zipped.per, shape));
      }),
    );
  });

  it("of large tensors known per tensor and per channel visit no element", () => {
    const shape = [2 ** 20, 2 ** 20, 3];
    const channel: Granular<number> = { per: "channel", items: [1, 2, 3] };
    const zipped = zipGranular(shape, [channel, { per: "tensor", items: [4] }], (a, b) => a + b);
    expect(zipped).toEqual({ per: "channel", items: [5, 6, 7] });
  });
});
