import { type LayerHandler, onlyInput, single } from "./handler.js";

/** keras ReLU: max(x, 0), without its optional cap, slope and threshold. */
export const relu: LayerHandler = (call) => {
  const { name, config } = call;
  config.require("max_value", [null], null);
  config.require("negative_slope", [0], 0);
  config.require("threshold", [0], 0);
  const input = onlyInput(call);
  return single({ op: "relu", name, inputs: [input.name], shape: input.shape });
};
