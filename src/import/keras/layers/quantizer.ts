import type { Config } from "../config.js";
import { type QuantizerPlace, readQuantizer, valueQuantizer } from "../hgq2/quantizer.js";
import type { LayerWeights } from "../weights.js";
import { identity, type LayerHandler, type LayerResult, onlyInput, single, type Value } from "./handler.js";

/** Quantizes a value by the quantizer that the attribute `owner` of a layer holds. */
export function quantizeValue(
  input: Value,
  name: string,
  serialized: Config,
  weights: LayerWeights,
  owner: QuantizerPlace["owner"],
): LayerResult {
  const { shape } = input;
  const hgq = readQuantizer(serialized, weights, { owner, shape, batched: true });
  if (hgq === undefined) return identity(input);
  const quantizer = valueQuantizer(hgq, shape.at(-1) ?? 1, serialized.where);
  return single({ op: "quantize", name, inputs: [input.name], shape, quantizer });
}

/** hgq Quantizer (hgq/quantizer/quantizer.py) as a layer of its own. */
export const quantizer: LayerHandler = (call) =>
  quantizeValue(onlyInput(call), call.name, call.config.object("config"), call.weights, "");
