import type { Call, Handler } from "../call.js";
import { nodeShape } from "../values.js";
import { reduceLive } from "./reduce.js";
import { imageAxes, imageLayout, readImage, readWindow, windowedShape } from "./windows.js";

const isLast = (call: Call, domainLast: boolean) =>
  domainLast ||
  call.attributes.flag("channels_last", false) ||
  call.attributes.text("data_layout") === "NHWC";

export const pool =
  (kind: "max" | "average", domainLast = false): Handler =>
  (call) => {
    const { attributes, builder } = call;
    const input = call.live(0);
    // The largest integer of a QuantizeLinear stands for the largest value.
    const image = readImage(call, kind === "max" ? input : call.plain(input), isLast(call, domainLast));
    const kernel = attributes.ints("kernel_shape") ?? call.refuse("it has no kernel_shape");
    const window = readWindow(call, image, kernel, attributes.flag("ceil_mode", false));
    const { size, strides, dilations, pads, lengths, overhang } = window;
    const countPads = kind === "average" && attributes.flag("count_include_pad", false);
    if (countPads && overhang) {
      call.refuse(
        "an average with both count_include_pad and a ceil_mode that adds windows is not supported",
      );
    }
    const shape = windowedShape(image, lengths, image.value.shape[image.channel] as number);
    const axes = imageAxes(image);
    const name = builder.add(
      { op: "pool2d", kind, size, strides, dilations, pads, countPads },
      [image.value.name],
      nodeShape({ axes, shape }),
    );
    return [{ ...image.value, name, shape, axes }];
  };

/** The largest or the mean value of each channel. */
export const globalPool =
  (kind: "max" | "mean", domainLast = false): Handler =>
  (call) => {
    const input = call.plain(call.live(0));
    const layout = imageLayout(call, input.shape.length, isLast(call, domainLast));
    return [reduceLive(call, input, kind, layout.spatial, true)];
  };
