import { UserError } from "../../errors.js";
import { type Interval, typeLike } from "../../fixed-point.js";
import { type Granular, zipGranular } from "../../granular.js";
import { channelHulls } from "../../interval.js";
import { write } from "../../text/write.js";
import { verifyTensor } from "../check.js";
import type { FixedDense, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

/** Bounds of each output: exact for inputs that may take any combination of values. */
function channelRanges(node: FixedDense, input: FixedValue): Granular<Interval> {
  const outputs = node.kernel.shape[1] as number;
  const hulls = channelHulls(input.ranges, input.shape);
  const bounds = node.bias.data.map((b) => ({ lo: b, hi: b }));
  node.kernel.data.forEach((weight, n) => {
    if (weight === 0n) return;
    const { lo, hi } = hulls[Math.floor(n / outputs)] as Interval;
    const bound = bounds[n % outputs] as { lo: bigint; hi: bigint };
    bound.lo += weight * (weight > 0n ? lo : hi);
    bound.hi += weight * (weight > 0n ? hi : lo);
  });
  return { per: "channel", items: bounds };
}

function verifyConstants(node: FixedDense, channels: number | undefined, where: string): void {
  const { kernel, bias } = node;
  if (kernel.shape.length !== 2) throw new UserError("its kernel does not have two axes", { where });
  verifyTensor(kernel, "kernel", where);
  if (channels !== kernel.shape[0]) {
    throw new UserError(
      `the kernel takes ${kernel.shape[0]} channels, its input has ${channels ?? "no axis"}`,
      {
        where,
      },
    );
  }
  if (bias.data.length !== kernel.shape[1]) {
    throw new UserError(`${bias.data.length} biases for ${kernel.shape[1]} outputs`, { where });
  }
}

export const dense: FixedOperator<"dense"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    verifyConstants(node, shape.at(-1), `node '${node.name}'`);
    return [...shape.slice(0, -1), node.kernel.shape[1] as number];
  },
  ranges: (node, [input]) => channelRanges(node, input as FixedValue),
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, _inputs, [values]) => {
    const [inputs, outputs] = node.kernel.shape as [number, number];
    const sites = (values as readonly bigint[]).length / inputs;
    const result: bigint[] = [];
    for (let site = 0; site < sites; site++) {
      for (let o = 0; o < outputs; o++) {
        let sum = node.bias.data[o] as bigint;
        for (let i = 0; i < inputs; i++) {
          sum += (node.kernel.data[i * outputs + o] as bigint) * (values?.[site * inputs + i] as bigint);
        }
        result.push(sum);
      }
    }
    return result;
  },
  write: (node) => ({ kernel: write.tensor(node.kernel), bias: write.tensor(node.bias) }),
  read: (reader) => ({ kernel: reader.integerTensor("kernel"), bias: reader.integerTensor("bias") }),
};
