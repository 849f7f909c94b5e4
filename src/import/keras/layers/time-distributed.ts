import { UserError } from "../../../ir/errors.js";
import { readLayer } from "../graph.js";
import { type LayerHandler, onlyInput } from "./handler.js";

/** Layers that already work on each step by itself. */
const STEPWISE = new Set([
  "keras>Dense",
  "keras>Activation",
  "keras>ReLU",
  "keras>LeakyReLU",
  "keras>ELU",
  "keras>Dropout",
]);

/** keras TimeDistributed around a layer that treats every step alike. */
export function timeDistributed(handlers: () => ReadonlyMap<string, LayerHandler>): LayerHandler {
  return (call) => {
    const inner = readLayer(call.config.object("layer"), `${call.where}: `);
    const handler = STEPWISE.has(inner.kind) ? handlers().get(inner.kind) : undefined;
    if (handler === undefined) {
      throw new UserError(`a TimeDistributed layer around '${inner.className}' is not supported`, {
        where: call.where,
        hint: "Supported inside: Dense and activations. Most layers of Keras take further axes as they are.",
      });
    }
    return handler({
      ...call,
      config: inner.config,
      inputs: [onlyInput(call)],
      weights: call.weights.inside("layer"),
    });
  };
}
