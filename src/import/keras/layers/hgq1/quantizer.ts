import { UserError } from "../../../../ir/errors.js";
import { type FixedType, narrowestType, type Rounding } from "../../../../ir/fixed-point.js";
import type { Quantizer } from "../../../../ir/model/model.js";
import { exactRatio } from "../../../../ir/ratio.js";
import type { Tensor } from "../../../../ir/tensor.js";
import { broadcast, collapseTypes, roundHalfEven } from "../../hgq2/bits.js";
import { quantizeFloat32 } from "../../hgq2/float32.js";
import type { Variable } from "../../weights.js";
import type { LayerCall, LayerResult, Value } from "../handler.js";
import { identity, single } from "../handler.js";
import type { Parameter, ReadParameter } from "../parameter.js";

/** Bits of a value that count, with the sign: the file knows only how many bits are behind the point. */
const INTEGER_BITS = 32;

/** The rounding that HGQ applies at inference: to the nearest, ties up, unless its strategy is to take the floor. */
export type Nearest = Extract<Rounding, "RND" | "TRN">;

/** A trained number of fraction bits for each place where one was trained. */
export interface Fractions {
  readonly shape: readonly number[];
  readonly bits: readonly number[];
  readonly rounding: Nearest;
}

/**
 * Reads the fraction bits of a quantizer (HGQ/quantizer/quantizer.py): stored unrounded, clipped to `bw_clip`, rounded
 * half to even; sizes are 1 along axes that share them.
 */
export function readFractions(
  call: LayerCall,
  which: "kernel" | "activation",
  full: readonly number[],
): Fractions {
  const conf = call.config.object(which === "kernel" ? "kq_conf" : "paq_conf");
  const stored: Variable = call.weights.named(`${which}_bw`, {
    what: `${which} bit widths`,
    shape: (shape) => shape.length === full.length && shape.every((n, axis) => n === 1 || n === full[axis]),
    shapeText: `[${full.join(", ")}] or 1 along some axes`,
  });
  const clip = conf.get("bw_clip");
  const [low, high] = Array.isArray(clip) ? (clip as unknown[]) : [-23, 23];
  if (typeof low !== "number" || typeof high !== "number" || low < -40 || high > 31 || low > high) {
    return conf.wrongType("bw_clip", "two numbers of bits between −40 and 31");
  }
  const strategy = conf.get("rnd_strategy") ?? "floor";
  return {
    shape: stored.shape,
    bits: stored.data.map((f) => roundHalfEven(Math.min(Math.max(f, low), high))),
    rounding: strategy === "floor" || strategy === 3 ? "TRN" : "RND",
  };
}

/** `auto`: to the nearest where a bias can hide the half, one for each channel; else the floor (HLayerBase.post_build). */
export function automatic(call: LayerCall, fractions: Fractions, hasBias: boolean): Fractions {
  if (call.config.object("paq_conf").get("rnd_strategy") !== "auto") return fractions;
  const covers = hasBias && fractions.shape.slice(0, -1).every((n) => n === 1);
  return { ...fractions, rounding: covers ? "RND" : "TRN" };
}

/** Rounds a value at its trained bits; HGQ knows no overflow before it makes firmware of a model. */
export function roundValue(call: LayerCall, input: Value, fractions: Fractions, name: string): LayerResult {
  const { shape, bits, rounding } = fractions;
  const types = bits.map(
    (f): FixedType => ({ signed: true, width: INTEGER_BITS + f, integer: INTEGER_BITS }),
  );
  if (types.some(({ width }) => width < 1)) {
    throw new UserError("a trained number of fraction bits is below −31", { where: call.where });
  }
  if (input.shape.length === 0) return identity(input);
  call.note(
    `the file does not say how many integer bits its values have: taken as ${INTEGER_BITS}, then as few as their ranges need; state the types of the inputs`,
  );
  const same = (a: FixedType, b: FixedType) => a.width === b.width;
  const quantizer: Quantizer = {
    types: broadcast(types, shape.slice(1), input.shape, same),
    rounding,
    overflow: "SAT",
  };
  return single({ op: "quantize", name, inputs: [input.name], shape: input.shape, quantizer });
}

/** The fraction bits of each bias: the most that its channel has anywhere (HGQ.bias_forward). */
export function channelFractions({ shape, bits, rounding }: Fractions, channels: number): Fractions {
  const last = shape.at(-1) ?? 1;
  const most = Array.from({ length: channels }, (_, c) =>
    bits.reduce(
      (max, f, e) => (last === 1 || e % last === c ? Math.max(max, f) : max),
      Number.NEGATIVE_INFINITY,
    ),
  );
  return { shape: [channels], bits: most, rounding };
}

/** A weight rounded as HGQ computes it in float32, each in the narrowest type that holds it. */
export function roundWeight(tensor: Tensor<number>, fractions: Fractions, where: string): Parameter {
  const spread = broadcast(fractions.bits, fractions.shape, tensor.shape, (a, b) => a === b);
  const channels = tensor.shape.at(-1) ?? 1;
  const data = tensor.data.map((value, e) => {
    const i = spread.per === "tensor" ? 0 : spread.per === "channel" ? e % channels : e;
    const f = spread.items[i] as number;
    return quantizeFloat32(value, { k: 1, i: 0, f }, fractions.rounding, "SAT", true);
  });
  if (!data.every(Number.isFinite))
    throw new UserError("a weight is not finite after quantization", { where });
  return {
    tensor: { shape: tensor.shape, data },
    quantizer: { types: collapseTypes(data.map(typeOf), channels), rounding: "TRN", overflow: "SAT" },
  };
}

/** The layers of a proxy model are Keras' own; their weights are the rounded values themselves. */
export const storedParameter: ReadParameter = (_, tensor) => ({
  tensor,
  quantizer: {
    types: collapseTypes(tensor.data.map(typeOf), tensor.shape.at(-1) ?? 1),
    rounding: "TRN",
    overflow: "SAT",
  },
});

function typeOf(value: number): FixedType {
  const { n, d } = exactRatio(value);
  const fraction = d.toString(2).length - 1;
  return narrowestType({ lo: n, hi: n }, fraction);
}
