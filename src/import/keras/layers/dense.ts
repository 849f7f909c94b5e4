import { activate } from "./activation.js";
import { type LayerHandler, onlyInput } from "./handler.js";
import { Nodes } from "./nodes.js";
import { zeros } from "./parameter.js";

/** keras Dense: the last axis times a matrix, plus a bias, then its activation. */
export const dense: LayerHandler = (call) => {
  const { config, weights } = call;
  const input = onlyInput(call);
  const nodes = new Nodes(call);
  const units = config.count("units");
  const kernelShape = [input.shape.at(-1) ?? 1, units];
  const kernel = call.parameter("kernel", weights.variable("", 0, { what: "kernel", shape: kernelShape }));
  const bias = config.flag("use_bias", true)
    ? call.parameter("bias", weights.variable("", 1, { what: "bias", shape: [units] }))
    : zeros(units, kernel);
  const shape = [...input.shape.slice(0, -1), units];
  const sum = nodes.add(
    "",
    {
      op: "dense",
      kernel: kernel.tensor,
      bias: bias.tensor,
      kernelQuantizer: kernel.quantizer,
      biasQuantizer: bias.quantizer,
    },
    [input],
    shape,
  );
  return nodes.result(activate(call, nodes, sum));
};
