import { activate } from "./activation.js";
import { noBias, readConvolution } from "./convolution.js";
import { chain, type LayerHandler, onlyInput, single } from "./handler.js";

/** keras Conv2D: a float convolution and its activation. */
export const conv2d: LayerHandler = (call) => {
  const { name, config } = call;
  return chain(onlyInput(call), [
    (input) => {
      const { kernel, bias, pads, shape } = readConvolution(call, input);
      return single({
        op: "conv2d",
        name,
        inputs: [input.name],
        shape,
        kernel,
        bias: bias ?? noBias(kernel),
        kernelQuantizer: undefined,
        biasQuantizer: undefined,
        pads,
      });
    },
    (value) => activate(config, value, (activation) => `${name}.${activation}`),
  ]);
};
