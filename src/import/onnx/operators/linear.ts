import { affine, binaryLive } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { arrangeConstant, tensorOf, transposeConstant } from "../constants.js";
import { squeezeValue, transposeValue, unsqueezeValue } from "../shapes.js";
import { type Constant, type Live, nodeShape, showShape, type Value } from "../values.js";
import { reduceLive } from "./reduce.js";

/** Swaps the last two axes. */
function swapped(value: Value): Value {
  const order = value.shape.map((_, axis) => axis);
  const rank = order.length;
  return transposeValue(value, [...order.slice(0, -2), rank - 1, rank - 2]);
}

/** NumPy's matmul. */
export const matMul: Handler = (call) => {
  const [a, b] = [call.value(0), call.value(1)];
  for (const value of [a, b]) if (value.kind === "live") call.plain(value);
  return [multiplyMatrices(call, a, b)];
};

function multiplyMatrices(call: Call, a: Value, b: Value): Value {
  const { builder } = call;
  if (a.shape.length === 0 || b.shape.length === 0) call.refuse("it multiplies a number without axes");
  if (a.shape.length === 1) {
    const row = multiplyMatrices(call, unsqueezeValue(builder, a, [0]), b);
    return squeezeValue(builder, row, [row.shape.length - (b.shape.length === 1 ? 1 : 2)]);
  }
  if (b.shape.length === 1) {
    const column = multiplyMatrices(call, a, unsqueezeValue(builder, b, [1]));
    return squeezeValue(builder, column, [column.shape.length - 1]);
  }
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    call.refuse(`matrices ${showShape(a.shape)} and ${showShape(b.shape)} do not fit together`);
  }
  const flatB = matrixOf(call, b);
  if (a.kind === "live" && flatB !== undefined) return dense(call, a, flatB, a.shape.length - 1);
  const flatA = matrixOf(call, a);
  if (b.kind === "live" && flatA !== undefined) {
    // (A·B)ᵀ = Bᵀ·Aᵀ
    const result = dense(call, swapped(b) as Live, transposeConstant(flatA, [1, 0]), b.shape.length - 1);
    return swapped(result);
  }
  return liveProduct(call, builder.live(a), builder.live(b));
}

/** A constant that is one matrix for all leading indices. */
function matrixOf(call: Call, value: Value): Constant | undefined {
  if (value.kind === "live") return undefined;
  if (value.shape.slice(0, -2).some((n) => n !== 1)) return undefined;
  call.builder.spend(value.shape);
  return { ...value, shape: value.shape.slice(-2) };
}

/** One axis of a value times a constant matrix (inputs, outputs), which puts its outputs there. */
export function dense(call: Call, input: Live, matrix: Constant, axis: number, suffix = ""): Live {
  call.keepEvents(input, [axis]);
  const { builder } = call;
  const x = builder.withLast(input, axis);
  const { tensor, quantizer } = tensorOf(matrix, builder.where);
  const outputs = matrix.shape[1] as number;
  const shape = x.shape.with(axis, outputs);
  const name = builder.add(
    {
      op: "dense",
      kernel: tensor,
      bias: { shape: [outputs], data: new Array<number>(outputs).fill(0) },
      kernelQuantizer: quantizer,
      biasQuantizer: undefined,
    },
    [x.name],
    nodeShape({ axes: x.axes, shape }),
    suffix,
  );
  return { ...x, name, shape };
}

/** Two values of the event: every product, then the sums. */
function liveProduct(call: Call, a: Live, b: Live): Live {
  const { builder } = call;
  call.keepEvents(a, [a.shape.length - 1]);
  call.keepEvents(b, [b.shape.length - 2]);
  // (…, m, 1, k) times (…, 1, n, k), summed over k.
  const rows = unsqueezeValue(builder, a, [a.shape.length - 1]) as Live;
  const columns = unsqueezeValue(builder, swapped(b), [b.shape.length - 2]) as Live;
  const products = binaryLive(builder, "multiply", rows, columns, "products");
  return reduceLive(call, products, "sum", [products.shape.length - 1], false);
}

/** α · A′ · B′ + β · C. */
export const gemm: Handler = (call) => {
  const { builder, attributes } = call;
  const [alpha, beta] = [attributes.float("alpha", 1), attributes.float("beta", 1)];
  const turned = (index: number, flag: string) => {
    const value = call.value(index);
    if (value.shape.length !== 2) call.refuse(`its input ${index} is no matrix: ${showShape(value.shape)}`);
    if (value.kind === "live") call.plain(value);
    return attributes.flag(flag, false) ? swapped(value) : value;
  };
  let product = builder.live(multiplyMatrices(call, turned(0, "transA"), turned(1, "transB")));
  if (alpha !== 1) product = affine(builder, product, { multiplier: alpha }, "alpha");
  const c = call.inputs[2];
  if (c === undefined || beta === 0) return [product];
  if (c.kind === "live") {
    call.plain(c);
    const scaled = beta === 1 ? c : affine(builder, c, { multiplier: beta }, "beta");
    return [binaryLive(builder, "add", product, scaled, "sum")];
  }
  const { quantized: _, ...plain } = c;
  const offset: Constant = beta === 1 ? c : { ...plain, data: c.data.map((x) => Math.fround(x * beta)) };
  return [affine(builder, product, { offset }, "bias")];
};

export function kernelOf(call: Call, value: Constant, axes: readonly number[]) {
  return tensorOf(arrangeConstant(value, axes), call.builder.where);
}
