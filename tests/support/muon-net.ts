import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { fixedOperator } from "../../src/ir/fixed/operators/index.js";
import { parseFixed, printFixed } from "../../src/ir/fixed/text.js";
import { type FixedType, typeRange } from "../../src/ir/fixed-point.js";
import { Random } from "./random.js";

const ONES = { rows: 1, columns: 1 };

/**
 * A network with the shape of the muon example and random weights: (8, 384, 6) hits → conv 3 × 7 × 8 → relu → 4 bits →
 * conv 1 × 5 × 8 → relu → 4 bits → conv 1 × 3 × 6 → threshold; about half of the 1472 weights are zero. Half of the
 * biases are positive, so that activations are dense.
 */
export function muonNet(seed: number, strips = 384): Fixed {
  const random = new Random(seed);
  const bit: FixedType = { signed: false, width: 1, integer: 1 };
  const nodes: FixedNode[] = [
    {
      op: "input",
      name: "voxels",
      inputs: [],
      shape: [8, strips, 6],
      types: { per: "tensor", items: [bit] },
      ranges: { per: "tensor", items: [typeRange(bit)] },
      rounding: "RND",
      overflow: "SAT",
    },
  ];
  const append = (
    own: { readonly op: FixedNode["op"] } & Record<string, unknown>,
    types?: FixedType,
    fraction = 3,
  ) => {
    const from = nodes.at(-1) as FixedNode;
    const operator = fixedOperator(own.op);
    const stated = types ?? { signed: true, width: fraction, integer: 0 };
    const draft = { ...own, inputs: [from.name], types: { per: "tensor", items: [stated] } } as never;
    const shape = operator.shape(draft, [from]);
    const node = { ...(draft as object), shape } as never;
    const ranges = operator.ranges(node, [from]);
    nodes.push({ ...(node as object), ranges, types: operator.types(node, [from], ranges) } as never);
  };
  const conv = (
    name: string,
    rows: number,
    columns: number,
    inputs: number,
    outputs: number,
    fraction: number,
  ) => {
    const shape = [rows, columns, inputs, outputs];
    const kernel = {
      shape,
      data: random.array(rows * columns * inputs * outputs, () =>
        random.chance(0.5) ? 0n : BigInt(random.integer(-7, 7)),
      ),
    };
    const bias = { shape: [outputs], data: random.array(outputs, () => BigInt(random.integer(-12, 12))) };
    const [y, x] = [(rows - 1) / 2, (columns - 1) / 2];
    append(
      {
        op: "conv2d",
        name,
        kernel,
        bias,
        pads: { top: y, bottom: y, left: x, right: x },
        strides: ONES,
        dilations: ONES,
        groups: 1,
      },
      undefined,
      fraction,
    );
  };
  const activation = (name: string) => {
    append({ op: "relu", name: `${name}/relu` });
    const type = { signed: false, width: 4, integer: 2 };
    append({ op: "requantize", name: `${name}/type`, rounding: "RND", overflow: "SAT" }, type);
  };
  conv("conv1", 3, 7, 6, 8, 3);
  activation("conv1");
  conv("conv2", 1, 5, 8, 8, 5);
  activation("conv2");
  conv("conv3", 1, 3, 8, 6, 5);
  append({ op: "threshold", name: "mask", levels: random.array(6, () => BigInt(random.integer(5, 40))) });
  const fixed: Fixed = { name: "muon net", nodes, outputs: [{ name: "mask", value: "mask" }] };
  return parseFixed(printFixed(fixed), "muon net");
}
