import type { Handler } from "../call.js";
import { tensorOf } from "../constants.js";
import { nodeShape, showShape } from "../values.js";
import { kernelOf } from "./linear.js";
import { imageAxes, readImage, readWindow, windowedShape } from "./windows.js";

/**
 * Convolution of images or sequences with constant weights: (outputs, inputs / groups, …) with channels first,
 * (outputs, …, inputs / groups) with channels last.
 */
export const conv =
  (domainLast: boolean): Handler =>
  (call) => {
    const { builder, attributes } = call;
    const last = domainLast || attributes.flag("channels_last", false);
    const image = readImage(call, call.plain(call.live(0)), last);
    const weights = call.constant(1, "weights");
    const rank = image.spatial.length;
    if (weights.shape.length !== rank + 2) {
      call.refuse(`its weights of shape ${showShape(weights.shape)} do not fit ${rank} spatial axes`);
    }
    const taps = image.spatial.map((_, n) => n + (last ? 1 : 2));
    const inputs = last ? rank + 1 : 1;
    const { tensor: kernel, quantizer } = kernelOf(call, weights, [
      ...(rank === 1 ? [-1] : []),
      ...taps,
      inputs,
      0,
    ]);
    const lengths = taps.map((axis) => weights.shape[axis] as number);
    const stated = attributes.ints("kernel_shape");
    if (stated !== undefined && stated.join() !== lengths.join()) {
      call.refuse(`its kernel_shape ${showShape(stated)} is not that of its weights, ${showShape(lengths)}`);
    }
    const groups = attributes.int("group", 1);
    const outputs = weights.shape[0] as number;
    const channels = image.value.shape[image.channel] as number;
    const each = weights.shape[inputs] as number;
    if (groups < 1 || outputs % groups !== 0 || each * groups !== channels) {
      call.refuse(
        `weights for ${each} channels in ${groups} groups with ${outputs} outputs do not fit ${channels} channels`,
      );
    }
    const window = readWindow(call, image, lengths, false);
    const bias = call.optionalConstant(2, "bias");
    if (bias !== undefined && bias.shape.join() !== String(outputs)) {
      call.refuse(`its bias has shape ${showShape(bias.shape)}, expected [${outputs}]`);
    }
    const b =
      bias === undefined
        ? { tensor: { shape: [outputs], data: new Array<number>(outputs).fill(0) }, quantizer: undefined }
        : tensorOf(bias, builder.where);
    const shape = windowedShape(image, window.lengths, outputs);
    const axes = imageAxes(image);
    const { pads, strides, dilations } = window;
    const name = builder.add(
      {
        op: "conv2d",
        kernel,
        bias: b.tensor,
        kernelQuantizer: quantizer,
        biasQuantizer: b.quantizer,
        pads,
        strides,
        dilations,
        groups,
      },
      [image.value.name],
      nodeShape({ axes, shape }),
    );
    return [{ ...image.value, name, shape, axes }];
  };
