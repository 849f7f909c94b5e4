import { UserError } from "../../ir/errors.js";
import type { Model, ModelNode } from "../../ir/model/model.js";
import { verifyModel } from "../../ir/model/verify.js";
import { openArchive } from "./archive.js";
import { Config, isObject } from "./config.js";
import { type KerasGraph, type Layer, readGraph } from "./graph.js";
import type { LayerHandler, Value } from "./layers/handler.js";
import { LAYERS } from "./layers/index.js";
import { type Weights, withWeights } from "./weights.js";

/**
 * Reads a Keras 3 model file with layers of Keras and HGQ2:
 *
 * ```
 * bytes ──archive──▶ config.json ──graph──▶ layers, calls ──layers/*──▶ nodes of the Model
 *                └─▶ model.weights.h5 ──weights──▶ variables ──hgq2/*──┘
 * ```
 *
 * Throws a UserError that names file and layer on anything that is damaged or not supported.
 */
export async function importKeras(bytes: Uint8Array, file: string): Promise<Model> {
  const { config, weights } = openArchive(bytes, file);
  const graph = readGraph(config, file);
  // Before any weight is read, so that an unsupported layer is named first.
  for (const layer of graph.layers) checkLayer(layer);
  const model = await withWeights(weights, file, graph.layers, (open) => buildModel(graph, open));
  verifyModel(model);
  return model;
}

function checkLayer(layer: Layer): void {
  handlerOf(layer);
  if (layer.kind !== "keras>InputLayer") checkDtype(layer.config);
}

function handlerOf({ className, kind, config }: Layer): LayerHandler {
  const handler = LAYERS.get(kind);
  if (handler !== undefined) return handler;
  const origin = kind.slice(0, kind.indexOf(">"));
  throw new UserError(
    `the layer type '${className}'${origin === "" ? "" : ` of '${origin}'`} is not supported`,
    { where: config.where, hint: `Supported: ${[...LAYERS.keys()].map(describeKind).join(", ")}.` },
  );
}

function describeKind(kind: string): string {
  const [origin, className] = kind.split(">");
  return `${className} (${origin})`;
}

/** Everything is computed in float32; other policies round differently. */
function checkDtype(config: Config): void {
  const dtype = config.get("dtype");
  if (isObject(dtype)) new Config(dtype, config.where).object("config").require("name", ["float32"]);
  else config.require("dtype", ["float32"], "float32");
}

function buildModel(graph: KerasGraph, weights: Weights): Model {
  const values = new Map<string, Value>();
  const nodes: ModelNode[] = [];
  for (const { id, layer, inputs } of graph.calls) {
    const result = handlerOf(layer)({
      name: id,
      config: layer.config,
      where: layer.config.where,
      inputs: inputs.map((input) => values.get(input) as Value),
      weights: weights.layer(layer.name),
    });
    nodes.push(...result.nodes);
    values.set(id, result.output);
  }
  const outputs = graph.outputs.map(({ name, call }) => ({ name, value: (values.get(call) as Value).name }));
  return { name: graph.name, nodes, outputs };
}
