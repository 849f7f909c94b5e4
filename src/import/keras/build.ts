import { UserError } from "../../ir/errors.js";
import type { Model, ModelNode } from "../../ir/model/model.js";
import type { Note } from "../../ir/note.js";
import { Config, isObject } from "./config.js";
import type { KerasGraph, Layer } from "./graph.js";
import type { LayerCall, LayerHandler, Value } from "./layers/handler.js";
import { storedParameter } from "./layers/hgq1/quantizer.js";
import { handlerOf } from "./layers/index.js";
import { floatParameter, type ReadParameter } from "./layers/parameter.js";
import type { ModelWeights } from "./weights.js";

/** More nodes than any model for a trigger has: models that call models twice can grow without bound. */
const MOST_NODES = 50_000;

/** What building a model needs to know of its file. */
export interface BuildOptions {
  /** The version of Keras that wrote the file. */
  readonly keras: 2 | 3;
}

/**
 * Refuses what is not supported before any weight is read, so that an unsupported layer is named first. Everything is
 * computed in float32; other policies round differently.
 */
export function checkLayers(graph: KerasGraph): void {
  for (const layer of graph.layers) {
    if (layer.model !== undefined) checkLayers(layer.model);
    else {
      handlerOf(layer);
      if (layer.kind !== "keras>InputLayer") checkDtype(layer.config);
    }
  }
}

function checkDtype(config: Config): void {
  const dtype = config.get("dtype");
  if (isObject(dtype)) new Config(dtype, config.where).object("config").require("name", ["float32"]);
  else config.require("dtype", ["float32"], "float32");
}

/** The Model of a graph with its weights; models inside it are spread out. */
export function buildModel(
  graph: KerasGraph,
  weights: ModelWeights,
  options: BuildOptions,
): { readonly model: Model; readonly notes: readonly Note[] } {
  const nodes: ModelNode[] = [];
  const notes = new Map<string, Note>();
  const note = (where: string, message: string) => notes.set(`${where}\n${message}`, { where, message });
  const proxy = graph.layers.some(({ kind }) => kind === "HGQ>FixedPointQuantizer");
  const build: Building = { nodes, note, options, parameter: proxy ? storedParameter : floatParameter };
  const outputs = buildGraph(graph, weights, undefined, "", build);
  return {
    model: {
      name: graph.name,
      nodes,
      outputs: graph.outputs.map(({ name }, i) => ({ name, value: (outputs[i] as Value).name })),
    },
    notes: [...notes.values()],
  };
}

interface Building {
  readonly nodes: ModelNode[];
  readonly note: (where: string, message: string) => void;
  readonly options: BuildOptions;
  /** How layers without quantizers of their own read their weights. */
  readonly parameter: ReadParameter;
}

/** Adds the nodes of a graph whose inputs are `given`, or its own input layers; returns the values of its outputs. */
function buildGraph(
  graph: KerasGraph,
  weights: ModelWeights,
  given: readonly Value[] | undefined,
  prefix: string,
  build: Building,
): readonly Value[] {
  const values = new Map<string, readonly Value[]>();
  if (given !== undefined) {
    for (const [i, input] of graph.inputs.entries()) values.set(input, [given[i] as Value]);
  }
  const find = (layer: Layer, { call, output }: { call: string; output: number }): Value => {
    const value = values.get(call)?.[output];
    if (value === undefined) {
      throw new UserError(`it reads output ${output} of '${call}', which does not exist`, {
        where: layer.where,
      });
    }
    return value;
  };
  for (const { id, layer, inputs } of graph.calls) {
    if (values.has(id)) continue;
    const taken = inputs.map((input) => find(layer, input));
    const name = `${prefix}${id}`;
    values.set(
      id,
      layer.model === undefined
        ? [buildLayer(layer, handlerOf(layer), weights, taken, name, build)]
        : buildInner(layer, layer.model, weights, taken, name, build),
    );
    if (build.nodes.length > MOST_NODES) {
      throw new UserError(`the model has more than ${MOST_NODES} nodes`, { where: layer.where });
    }
  }
  return graph.outputs.map(({ source }) => find(graph.layers[0] as Layer, source));
}

function buildInner(
  layer: Layer,
  model: KerasGraph,
  weights: ModelWeights,
  inputs: readonly Value[],
  name: string,
  build: Building,
): readonly Value[] {
  if (inputs.length !== model.inputs.length) {
    throw new UserError(`it takes ${model.inputs.length} inputs, found ${inputs.length}`, {
      where: layer.where,
    });
  }
  return buildGraph(model, weights.model(layer.name, model.layers), inputs, `${name}/`, build);
}

function buildLayer(
  { name: layerName, config, where }: Layer,
  handler: LayerHandler,
  weights: ModelWeights,
  inputs: readonly Value[],
  name: string,
  { nodes, note, options, parameter }: Building,
): Value {
  const call: LayerCall = {
    name,
    config,
    where,
    inputs,
    weights: weights.layer(layerName),
    keras: options.keras,
    parameter,
    note: (message) => note(where, message),
  };
  const result = named(where, () => handler(call));
  nodes.push(...result.nodes);
  return result.output;
}

/** Adds the layer to errors that come from where it is not known. */
function named<T>(where: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof UserError) || error.where !== undefined) throw error;
    throw new UserError(error.message, { where, ...(error.hint !== undefined && { hint: error.hint }) });
  }
}
