import { UserError } from "../../../../ir/errors.js";
import type { FixedType, Overflow, Rounding } from "../../../../ir/fixed-point.js";
import type { Tensor } from "../../../../ir/tensor.js";
import { broadcast } from "../../hgq2/bits.js";
import { activate } from "../activation.js";
import { convolution } from "../convolution.js";
import { dense } from "../dense.js";
import { type LayerCall, type LayerHandler, onlyInput, single } from "../handler.js";
import { passThrough } from "../identity.js";
import { concatenate, merge } from "../merging.js";
import { Nodes } from "../nodes.js";
import type { ReadParameter } from "../parameter.js";
import { pooling } from "../pooling.js";
import { flatten, permute, reshape } from "../reshaping.js";
import {
  automatic,
  channelFractions,
  type Fractions,
  readFractions,
  roundValue,
  roundWeight,
} from "./quantizer.js";
import { unaryLut } from "./unary-lut.js";

const { fround } = Math;

/** HQuantize, HActivation, HAdd: a layer of Keras, then the quantizer. */
function then(core: LayerHandler): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const value = nodes.append(core(call));
    const fractions = automatic(call, readFractions(call, "activation", [1, ...value.shape]), false);
    return nodes.result(nodes.append(roundValue(call, value, fractions, `${call.name}.paq`)));
  };
}

/**
 * HDense, HConv1D, HConv2D (HGQ/layers/dense.py, `jit_forward`): kernel and bias rounded, the sum rounded, then the
 * activation. With `fused` a batch normalization goes into both before.
 */
function weighted(core: LayerHandler, fused: boolean): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    let rounding: Fractions | undefined;
    const parameter: ReadParameter = (role, tensor) => {
      const value = fused ? normalized(call, role, tensor) : tensor;
      if (role === "kernel")
        return roundWeight(value, readFractions(call, "kernel", tensor.shape), call.where);
      rounding ??= outputFractions(call);
      return roundWeight(value, channelFractions(rounding, tensor.shape[0] as number), call.where);
    };
    const sum = nodes.append(core({ ...call, config: call.config.with("activation", "linear"), parameter }));
    const fractions = automatic(
      call,
      readFractions(call, "activation", [1, ...sum.shape]),
      call.config.flag("use_bias", true),
    );
    const rounded = nodes.append(roundValue(call, sum, fractions, `${call.name}.paq`));
    return nodes.result(activate(call, nodes, rounded));
  };
}

/** The bits of the result, whose shape the bias does not need to know. */
function outputFractions(call: LayerCall): Fractions {
  const stored = call.weights.named("activation_bw", { what: "activation bit widths", shape: () => true });
  return automatic(call, readFractions(call, "activation", stored.shape), true);
}

/** The kernel or the bias with the batch normalization in it, in float32 (HGQ/layers/batchnorm_base.py). */
function normalized(
  { config, weights, where }: LayerCall,
  role: string,
  tensor: Tensor<number>,
): Tensor<number> {
  const channels = tensor.shape.at(-1) as number;
  const read = (name: string) =>
    weights.named(name, { what: name.replace("_", " "), shape: [channels] }).data;
  const ones = Array.from({ length: channels }, () => 1);
  const scales = config.flag("scale", true);
  const centers = config.flag("center", true) && config.flag("use_bias", true);
  const variance = scales ? read("moving_variance") : ones;
  const gamma = scales ? read("bn_gamma") : ones;
  const epsilon = fround(config.number("epsilon", 1e-3));
  const factor = variance.map((v, c) =>
    fround((gamma[c] as number) * fround(1 / fround(Math.sqrt(fround(v + epsilon))))),
  );
  if (!factor.every(Number.isFinite))
    throw new UserError("its moving variance has no square root", { where });
  if (role === "kernel") {
    if (!scales) return tensor;
    return { ...tensor, data: tensor.data.map((w, e) => fround(w * (factor[e % channels] as number))) };
  }
  if (!centers) return tensor;
  const [mean, beta] = [read("moving_mean"), read("bn_beta")];
  const data = tensor.data.map((b, c) =>
    fround(fround(b - fround((mean[c] as number) * (factor[c] as number))) + (beta[c] as number)),
  );
  return { ...tensor, data };
}

const activationAlone: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(activate(call, nodes, onlyInput(call), true));
};

/** The quantizer of a proxy model, the form of HGQ from which firmware is made (HGQ/proxy/fixed_point_quantizer.py). */
const fixedPointQuantizer: LayerHandler = (call) => {
  const { config, weights, where } = call;
  const input = onlyInput(call);
  const full = [1, ...input.shape];
  const read = (name: string) =>
    weights.named(name, {
      what: name.replace("_", " "),
      type: "int8",
      shape: (shape) =>
        shape.length <= full.length &&
        shape.every((n, axis) => n === 1 || n === full[full.length - shape.length + axis]),
      shapeText: `one that broadcasts to [${full.join(", ")}]`,
    });
  const [signs, widths, integers] = [read("keep_negative"), read("bits"), read("integers")];
  if (signs.data.length !== widths.data.length || widths.data.length !== integers.data.length) {
    throw new UserError("its bits have different shapes", { where });
  }
  const types = widths.data.map((width, n): FixedType => {
    if (width < 0 || width > 64) throw new UserError(`a quantizer has ${width} bits`, { where });
    return width === 0
      ? { signed: false, width: 0, integer: 0 }
      : { signed: signs.data[n] !== 0, width, integer: integers.data[n] as number };
  });
  const modes = ["TRN", "TRN_ZERO", "RND", "RND_ZERO", "RND_INF", "RND_MIN_INF", "RND_CONV"];
  const rounding = config.require("RND", modes, "TRN") as Rounding;
  const overflow = config.require("SAT", ["WRAP", "SAT", "SAT_ZERO", "SAT_SYM"], "WRAP") as Overflow;
  const padded = [...Array.from({ length: full.length - widths.shape.length }, () => 1), ...widths.shape];
  const same = (a: FixedType, b: FixedType) =>
    a.signed === b.signed && a.width === b.width && a.integer === b.integer;
  const quantizer = { types: broadcast(types, padded.slice(1), input.shape, same), rounding, overflow };
  return single({ op: "quantize", name: call.name, inputs: [input.name], shape: input.shape, quantizer });
};

/** The layers of HGQ's first version by class. */
const HGQ1: Readonly<Record<string, LayerHandler>> = {
  HQuantize: then(passThrough),
  HActivation: then(activationAlone),
  HAdd: then(merge("add")),
  HDense: weighted(dense, false),
  HDenseBatchNorm: weighted(dense, true),
  HConv1D: weighted(convolution(1), false),
  HConv2D: weighted(convolution(2), false),
  HConv1DBatchNorm: weighted(convolution(1), true),
  HConv2DBatchNorm: weighted(convolution(2), true),
  PMaxPooling1D: pooling("max", 1),
  PMaxPooling2D: pooling("max", 2),
  PAveragePooling1D: pooling("average", 1),
  PAveragePooling2D: pooling("average", 2),
  PConcatenate: concatenate,
  PReshape: reshape,
  PFlatten: flatten,
  PPermute: permute,
  PDropout: passThrough,
  // It only declares the bits that the events have.
  Signature: passThrough,
  FixedPointQuantizer: fixedPointQuantizer,
  UnaryLUT: unaryLut,
};

export const HGQ1_LAYERS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(HGQ1).map(([name, handler]) => [`HGQ>${name}`, handler]),
);
