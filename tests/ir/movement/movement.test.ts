import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  keepsChannels,
  type Movement,
  type MovementNode,
  movementShape,
  movementSources,
  readMovement,
  writeMovement,
} from "../../../src/ir/movement.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import { Reader } from "../../../src/ir/text/read.js";
import { mistakeOf } from "../../support/mistake.js";
import { Random } from "../../support/random.js";

type Shape = readonly number[];
interface Case {
  readonly node: MovementNode;
  readonly inputs: readonly Shape[];
}

/** All indices of a shape in row-major order. */
function indicesOf(shape: Shape): readonly Shape[] {
  return shape.reduce<readonly Shape[]>(
    (all, n) => all.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i])),
    [[]],
  );
}

const flat = (index: Shape, shape: Shape) =>
  index.reduce((sum, i, axis) => sum * (shape[axis] as number) + i, 0);

/** Where the element of the result at `index` comes from, each movement by its definition; undefined for a zero. */
function sourceOf(
  { node, inputs }: Case,
  index: Shape,
): readonly [input: number, element: number] | undefined {
  const shape = inputs[0] as Shape;
  const at = (from: Shape) => [0, flat(from, shape)] as const;
  switch (node.op) {
    case "reshape":
      return [0, flat(index, node.shape)];
    case "transpose":
      return at(shape.map((_, axis) => index[node.permutation.indexOf(axis)] as number));
    case "slice":
      return at(index.map((i, axis) => (node.starts[axis] as number) + i * (node.steps[axis] as number)));
    case "pad": {
      const from = index.map((i, axis) => i - (node.before[axis] as number));
      return from.every((i, axis) => i >= 0 && i < (shape[axis] as number)) ? at(from) : undefined;
    }
    case "concat": {
      let i = index[node.axis] as number;
      let n = 0;
      while (i >= (inputs[n]?.[node.axis] as number)) i -= inputs[n++]?.[node.axis] as number;
      return [n, flat(index.with(node.axis, i), inputs[n] as Shape)];
    }
    case "gather":
      return at(index.with(node.axis, node.indices[index[node.axis] as number] as number));
    case "expand":
      return at(index.slice(index.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i)));
  }
}

function randomCase(seed: number): Case {
  const random = new Random(seed);
  const shape = random.array(random.integer(0, 4), () => random.integer(1, 4));
  const ops = ["reshape", "expand", "transpose", "slice", "pad", "concat", "gather"] as const;
  const op = shape.length === 0 ? random.pick(["reshape", "expand"] as const) : random.pick(ops);
  const make = (movement: Movement, inputs: readonly Shape[] = [shape], stated: Shape = []): Case => {
    const node = { ...movement, name: "moved", shape: movementShape(movement, "moved", inputs, stated) };
    return { node, inputs };
  };
  const axis = random.integer(0, Math.max(shape.length - 1, 0));
  switch (op) {
    case "reshape": {
      const rest = [...shape];
      const merged =
        rest.length > 1 ? [rest.slice(0, -2), (rest.at(-2) as number) * (rest.at(-1) as number)] : [rest];
      return make(
        { op },
        [shape],
        random.pick([merged.flat(), [sizeOf(shape)], [1, ...shape], [...shape, 1]]),
      );
    }
    case "expand": {
      const from = shape.map((n) => (random.chance(0.4) ? 1 : n));
      const added = random.array(random.integer(0, 2), () => random.integer(1, 3));
      return make({ op }, [from], [...added, ...shape]);
    }
    case "transpose": {
      const left = shape.map((_, i) => i);
      return make({
        op,
        permutation: shape.map(() => left.splice(random.integer(0, left.length - 1), 1)[0] as number),
      });
    }
    case "slice": {
      const picks = shape.map((n) => {
        const [from, to] = [random.integer(0, n - 1), random.integer(0, n - 1)];
        const step =
          from === to
            ? random.pick([1, -1, 7])
            : Math.sign(to - from) * random.integer(1, Math.abs(to - from));
        return { from, step, count: Math.floor((to - from) / step) + 1 };
      });
      const movement = { op, starts: picks.map((p) => p.from), steps: picks.map((p) => p.step) } as const;
      return make(
        movement,
        [shape],
        picks.map((p) => p.count),
      );
    }
    case "pad": {
      const pads = () => shape.map(() => random.integer(0, 2));
      return make({ op, before: pads(), after: pads() });
    }
    case "concat":
      return make(
        { op, axis },
        random.array(random.integer(1, 3), () => shape.with(axis, random.integer(1, 3))),
      );
    case "gather":
      return make({
        op,
        axis,
        indices: random.array(random.integer(1, 5), () => random.integer(0, shape[axis] - 1)),
      });
  }
}

describe("a movement", () => {
  it("takes each element from where its definition says", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const example = randomCase(seed);
        const { input, element } = movementSources(example.node, example.inputs);
        const expected = indicesOf(example.node.shape).map((index) => sourceOf(example, index) ?? [-1, 0]);
        expect(Array.from(input, (n, e) => [n, element[e]])).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps channels only where every element does", () => {
    let kept = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { node, inputs } = randomCase(seed);
        if (!keepsChannels(node, inputs)) return;
        kept++;
        const channels = node.shape.at(-1) ?? 1;
        const { input, element } = movementSources(node, inputs);
        for (const shape of inputs) expect(shape.at(-1) ?? 1).toBe(channels);
        for (const [e, n] of input.entries())
          if (n >= 0) expect((element[e] as number) % channels).toBe(e % channels);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(kept).toBeGreaterThan(200);
  });

  it.each<[Movement, readonly Shape[], Shape, boolean]>([
    [{ op: "reshape" }, [[2, 3, 4]], [6, 4], true],
    [{ op: "reshape" }, [[2, 3, 4]], [8, 3], false],
    [{ op: "transpose", permutation: [1, 0, 2] }, [[2, 3, 4]], [3, 2, 4], true],
    [{ op: "transpose", permutation: [0, 1, 3, 2] }, [[2, 3, 4, 4]], [2, 3, 4, 4], false],
    [{ op: "slice", starts: [1, 0], steps: [1, 1] }, [[3, 2]], [2, 2], true],
    [{ op: "slice", starts: [0, 1], steps: [1, -1] }, [[3, 2]], [3, 2], false],
    [{ op: "pad", before: [1, 0], after: [0, 0] }, [[3, 2]], [4, 2], true],
    [{ op: "pad", before: [0, 1], after: [0, 0] }, [[3, 2]], [3, 3], false],
    [
      { op: "concat", axis: 0 },
      [
        [1, 2],
        [2, 2],
      ],
      [3, 2],
      true,
    ],
    [
      { op: "concat", axis: 1 },
      [
        [1, 2],
        [1, 2],
      ],
      [1, 4],
      false,
    ],
    [{ op: "gather", axis: 0, indices: [1, 1] }, [[3, 2]], [2, 2], true],
    [{ op: "gather", axis: 1, indices: [1, 0] }, [[3, 2]], [3, 2], false],
    [{ op: "expand" }, [[1, 2]], [3, 2], true],
    [{ op: "expand" }, [[3, 1]], [3, 2], false],
  ])("says whether it keeps channels (%#)", (movement, inputs, shape, keeps) => {
    expect(movementShape(movement, "m", inputs, shape)).toEqual(shape);
    expect(keepsChannels({ ...movement, name: "m", shape }, inputs)).toBe(keeps);
  });

  it("reads back from its attributes", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { name: _, shape: __, ...movement } = randomCase(seed).node;
        const reader = new Reader(writeMovement(movement), "text");
        expect(readMovement(movement.op, reader)).toEqual(movement);
      }),
    );
  });

  it.each<[Movement, readonly Shape[], Shape, string]>([
    [{ op: "reshape" }, [], [2], "reshape takes an input, found none"],
    [{ op: "reshape" }, [[2], [2]], [2], "reshape takes 1 input, found 2"],
    [{ op: "reshape" }, [[2, 3]], [5], "[2, 3] and [5] do not have the same number of elements"],
    [
      { op: "transpose", permutation: [0, 0] },
      [[2, 3]],
      [],
      "[0, 0] is no permutation of the 2 axes of [2, 3]",
    ],
    [{ op: "transpose", permutation: [0] }, [[2, 3]], [], "[0] is no permutation of the 2 axes of [2, 3]"],
    [
      { op: "slice", starts: [0], steps: [1] },
      [[2, 3]],
      [1, 1],
      "a slice of [2, 3] has 2 starts, steps and axes, found 1, 1, 2",
    ],
    [{ op: "slice", starts: [1], steps: [1] }, [[3]], [3], "3 indices from 1 by 1 do not fit axis 0 of [3]"],
    [
      { op: "slice", starts: [1], steps: [-1] },
      [[3]],
      [3],
      "3 indices from 1 by -1 do not fit axis 0 of [3]",
    ],
    [{ op: "slice", starts: [0], steps: [0] }, [[3]], [1], "1 indices from 0 by 0 do not fit axis 0 of [3]"],
    [{ op: "slice", starts: [0], steps: [1] }, [[3]], [0], "0 indices from 0 by 1 do not fit axis 0 of [3]"],
    [{ op: "pad", before: [0], after: [0, 1] }, [[2, 3]], [], "1 and 2 pads for the 2 axes of [2, 3]"],
    [{ op: "pad", before: [-1], after: [0] }, [[2]], [], "-1 is no count of zeros"],
    [{ op: "concat", axis: 2 }, [[2, 3]], [], "[2, 3] has no axis 2"],
    [
      { op: "concat", axis: 0 },
      [
        [2, 3],
        [2, 2],
      ],
      [],
      "[2, 3] and [2, 2] do not fit together along axis 0",
    ],
    [{ op: "concat", axis: 0 }, [[2], [2, 2]], [], "[2] and [2, 2] do not fit together along axis 0"],
    [{ op: "gather", axis: 0, indices: [] }, [[2]], [], "it takes no index"],
    [{ op: "gather", axis: -1, indices: [0] }, [[2]], [], "[2] has no axis -1"],
    [{ op: "gather", axis: 0, indices: [1, 2] }, [[2]], [], "index 2 is outside axis 0 of [2]"],
    [{ op: "expand" }, [[2, 3]], [3], "[2, 3] does not broadcast to [3]"],
    [{ op: "expand" }, [[2, 1]], [3, 3], "[2, 1] does not broadcast to [3, 3]"],
  ])("that does not fit is refused (%#)", (movement, inputs, shape, message) => {
    expect(mistakeOf(() => movementShape(movement, "m", inputs, shape))).toBe(`node 'm': ${message}`);
  });
});
