import { perTensor } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import type { Tensor } from "../../../ir/tensor.js";
import { readQuantizer } from "../hgq2/quantizer.js";
import { quantizeWeight } from "../hgq2/weight.js";
import { activate } from "./activation.js";
import { noBias, readConvolution } from "./convolution.js";
import { chain, identity, type LayerCall, type LayerHandler, onlyInput, single } from "./handler.js";
import { quantizeValue } from "./quantizer.js";

/** What is exactly zero in every type. */
const ZERO: Quantizer = {
  types: perTensor({ signed: false, width: 0, integer: 0 }),
  rounding: "TRN",
  overflow: "WRAP",
};

/**
 * hgq QConv2D (hgq/layers/conv.py, `QBaseConv.call`): input quantizer, convolution with quantized kernel and bias,
 * activation, output quantizer.
 */
export const qConv2d: LayerHandler = (call) => {
  const { name, config, weights } = call;
  const enabled = (owner: "iq" | "oq") => config.boolean(`enable_${owner}`);
  return chain(onlyInput(call), [
    (value) =>
      enabled("iq")
        ? quantizeValue(value, `${name}.iq`, config.object("iq_conf"), weights, "iq")
        : identity(value),
    (input) => {
      const { kernel, bias, pads, shape } = readConvolution(call, input);
      const k = constant(call, kernel, "kq", "kernel");
      const b =
        bias === undefined ? { tensor: noBias(kernel), quantizer: ZERO } : constant(call, bias, "bq", "bias");
      return single({
        op: "conv2d",
        name,
        inputs: [input.name],
        shape,
        kernel: k.tensor,
        bias: b.tensor,
        kernelQuantizer: k.quantizer,
        biasQuantizer: b.quantizer,
        pads,
      });
    },
    (value) => activate(config, value, (activation) => `${name}.${activation}`),
    (value) =>
      enabled("oq")
        ? quantizeValue(value, `${name}.oq`, config.object("oq_conf"), weights, "oq")
        : identity(value),
  ]);
};

function constant(
  { config, weights, where }: LayerCall,
  tensor: Tensor<number>,
  owner: "kq" | "bq",
  what: string,
): { readonly tensor: Tensor<number>; readonly quantizer: Quantizer | undefined } {
  const hgq = readQuantizer(config.object(`${owner}_conf`), weights, {
    owner,
    shape: tensor.shape,
    batched: false,
  });
  return hgq === undefined ? { tensor, quantizer: undefined } : quantizeWeight(tensor, hgq, what, where);
}
