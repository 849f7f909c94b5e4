import { Config } from "../../config.js";
import { type QuantizerPlace, readQuantizer, valueQuantizer } from "../../hgq2/quantizer.js";
import { quantizeWeight } from "../../hgq2/weight.js";
import type { LayerWeights } from "../../weights.js";
import {
  identity,
  type LayerCall,
  type LayerHandler,
  type LayerResult,
  onlyInput,
  single,
  type Value,
} from "../handler.js";
import { Nodes } from "../nodes.js";
import type { ReadParameter } from "../parameter.js";

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

/** The attribute that holds the quantizer of a weight. */
const OWNERS: Readonly<Record<string, string>> = { kernel: "kq", bias: "bq" };

/** Reads a layer's weights as HGQ2 quantizes them. */
export function quantizedParameter({ config, weights, where }: LayerCall): ReadParameter {
  return (role, tensor) => {
    const owner = OWNERS[role] as string;
    const hgq = readQuantizer(config.object(`${owner}_conf`), weights, {
      owner,
      shape: tensor.shape,
      batched: false,
    });
    return hgq === undefined ? { tensor, quantizer: undefined } : quantizeWeight(tensor, hgq, role, where);
  };
}

/**
 * A layer of HGQ2 around one of Keras (hgq/layers/core/base.py): its inputs quantized by `iq`, its weights by `kq` and
 * `bq`, its output by `oq`, each where it is enabled.
 */
export function quantized(core: LayerHandler, inputs: "one" | "several" = "one"): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const taken = call.config.boolean("enable_iq")
      ? call.inputs.map((input, i) => nodes.append(quantizeInput(call, input, i, inputs)))
      : call.inputs;
    const value = nodes.append(core({ ...call, inputs: taken, parameter: quantizedParameter(call) }));
    if (!call.config.boolean("enable_oq")) return nodes.result(value);
    const { name, config, weights } = call;
    return nodes.result(
      nodes.append(quantizeValue(value, `${name}.oq`, config.object("oq_conf"), weights, "oq")),
    );
  };
}

function quantizeInput(call: LayerCall, input: Value, index: number, inputs: "one" | "several"): LayerResult {
  const { name, config, weights, where } = call;
  if (inputs === "one") return quantizeValue(input, `${name}.iq`, config.object("iq_conf"), weights, "iq");
  const list = config.get("iq_confs");
  const conf = Array.isArray(list) ? list[index] : list;
  const serialized = new Config(conf, where, "an entry of its attribute 'iq_confs'");
  const suffix = index === 0 ? "" : `_${index}`;
  const own = index === 0 ? "" : String(index + 1);
  return quantizeValue(input, `${name}.iq${own}`, serialized, weights, `iq/quantizers/quantizer${suffix}`);
}
