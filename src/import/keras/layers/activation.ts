import type { Config } from "../config.js";
import { identity, type LayerHandler, type LayerResult, onlyInput, single, type Value } from "./handler.js";

const SUPPORTED = ["linear", "relu", "sigmoid"] as const;

/** Applies the function that an attribute `activation` names; keras/src/activations/activations.py. */
export function activate(config: Config, input: Value, name: (activation: string) => string): LayerResult {
  const activation = config.require("activation", SUPPORTED, "linear") as (typeof SUPPORTED)[number];
  if (activation === "linear") return identity(input);
  return single({ op: activation, name: name(activation), inputs: [input.name], shape: input.shape });
}

/** keras Activation. */
export const activation: LayerHandler = (call) => activate(call.config, onlyInput(call), () => call.name);
