import { UserError } from "../../ir/errors.js";
import { callId, callInputs, type Reference, readReferences, splitCallId } from "./calls.js";
import { Config, isList, isObject } from "./config.js";
import type { Json } from "./json.js";
import { sortCalls } from "./sort-calls.js";

/** A layer of a Keras model as its configuration describes it. */
export interface Layer {
  readonly name: string;
  readonly className: string;
  /** Package and class, `keras>Conv2D` or `hgq>QConv2D`: QKeras has a QConv2D too. */
  readonly kind: string;
  readonly config: Config;
  /** Where errors say it is. */
  readonly where: string;
  /** The graph inside, where the layer is a model itself. */
  readonly model: KerasGraph | undefined;
}

/** One use of a layer. A layer that is called twice shares its weights between two calls. */
export interface Call {
  readonly id: string;
  readonly layer: Layer;
  readonly inputs: readonly Reference[];
}

/** A Keras model: its layers in the file's order, their calls in the order of data flow, its outputs. */
export interface KerasGraph {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly calls: readonly Call[];
  /** Whether the file lists an input layer: a Sequential may have none. */
  readonly begins: boolean;
  /** The calls of the input layers in the order in which the model takes its inputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly name: string; readonly source: Reference }[];
}

const INPUT = "keras>InputLayer";

/** More layers than any model for a trigger has: bounds what a hostile file may cost. */
const MOST_LAYERS = 10_000;

/**
 * Reads the graph of a Functional or Sequential model, of Keras 3 or 2. Throws a UserError when the model is of another
 * class, or its layers refer to ones that do not exist or to each other in a circle.
 */
export function readGraph(root: Config, file: string): KerasGraph {
  const className = root.string("class_name");
  if (!isModel(className, root)) {
    throw new UserError(`the model's class '${className}' is not supported`, {
      where: file,
      hint: "Supported: Functional and Sequential models. A subclassed model has no readable graph.",
    });
  }
  return readModel(className, root.get("config"), `${file}: `, file, "outer");
}

/** Keras 2 calls a functional model `Model` or `Functional`. */
function isModel(className: string, described: Config): boolean {
  if (className === "Sequential" || className === "Functional") return true;
  const config = described.get("config");
  return className === "Model" && isObject(config) && isList(config.layers);
}

/** `prefix` is what errors say before `layer '…'`; an outer model must know the shape of its input. */
function readModel(
  className: string,
  json: Json | undefined,
  prefix: string,
  where: string,
  level: "outer" | "inner",
): KerasGraph {
  // Keras before 2.2 wrote a Sequential as the bare list of its layers.
  const config = new Config(isList(json) ? { name: "sequential", layers: json } : json, where);
  const name = config.has("name") ? config.string("name") : "model";
  const layers = readLayers(config, prefix);
  return className === "Sequential"
    ? sequential(name, layers, config, { prefix, where, level })
    : functional(name, layers, config, where);
}

interface Described {
  readonly layer: Layer;
  /** The calls of the layer in a Functional model. */
  readonly inbound: Json | undefined;
}

function readLayers(config: Config, prefix: string): readonly Described[] {
  const seen = new Set<string>();
  const list = config.list("layers");
  if (list.length > MOST_LAYERS) {
    throw new UserError(`it has ${list.length} layers: too many`, { where: config.where });
  }
  return list.map((json, index) => {
    const described = new Config(json, `${prefix}layer ${index}`);
    const layer = readLayer(described, prefix);
    if (seen.has(layer.name)) throw new UserError("two layers have this name", { where: layer.where });
    seen.add(layer.name);
    return { layer, inbound: described.get("inbound_nodes") };
  });
}

/** A layer from `{class_name, config, …}`; also of one inside a wrapper or used as an activation. */
export function readLayer(described: Config, prefix: string): Layer {
  const className = described.string("class_name");
  const json = described.get("config");
  const own = isList(json) ? undefined : described.object("config");
  const name =
    own?.has("name") || !described.has("name")
      ? (own?.string("name") ?? "sequential")
      : described.string("name");
  const where = `${prefix}layer '${name}'`;
  return {
    name,
    // A registered name may stand before the class: `HGQ>HDense`.
    className: className.slice(className.indexOf(">") + 1),
    kind: kindOf(described, className),
    config: new Config(isList(json) ? {} : json, where),
    where,
    model: isModel(className, described)
      ? readModel(className, json, `${where}: `, where, "inner")
      : undefined,
  };
}

/**
 * A registered name holds package and class; Keras' own layers have none, only their module, and in Keras 2 nothing but
 * the class. QKeras does not register its classes: they are the ones that begin with Q.
 */
function kindOf(described: Config, className: string): string {
  if (described.has("registered_name")) {
    const name = described.string("registered_name");
    if (name.includes(">")) return name;
  }
  if (className.includes(">")) return className;
  const module = described.has("module") ? described.string("module") : "";
  if (module === "") return /^Q[A-Z]/.test(className) ? `qkeras>${className}` : `keras>${className}`;
  if (/^(tf_)?keras\.(src\.)?ops\b/.test(module)) return `keras.ops>${className}`;
  return `${module.startsWith("tf_keras") ? "keras" : module.split(".")[0]}>${className}`;
}

interface Place {
  readonly prefix: string;
  readonly where: string;
  readonly level: "outer" | "inner";
}

function sequential(
  name: string,
  described: readonly Described[],
  config: Config,
  { prefix, where, level }: Place,
): KerasGraph {
  const own = described.map(({ layer }) => layer);
  const first = own[0];
  if (first === undefined) throw new UserError("the model has no layers", { where });
  // Keras leaves the input layer out of old Sequential configurations.
  const layers = first.kind === INPUT ? own : [inputLayer(own, config, prefix, where, level), ...own];
  const calls = layers.map((layer, i): Call => {
    const before = layers[i - 1];
    return {
      id: layer.name,
      layer,
      inputs: before === undefined ? [] : [{ call: before.name, output: 0 }],
    };
  });
  const last = (calls.at(-1) as Call).id;
  return {
    name,
    layers,
    calls,
    begins: first.kind === INPUT,
    inputs: [(calls[0] as Call).id],
    outputs: [{ name: last, source: { call: last, output: 0 } }],
  };
}

/** The input layer of a Sequential that has none: Keras 2 puts the shape into its first layer. */
function inputLayer(
  layers: readonly Layer[],
  config: Config,
  prefix: string,
  file: string,
  level: Place["level"],
): Layer {
  const shape = config.get("build_input_shape") ?? firstShape(layers[0] as Layer);
  if ((shape ?? null) === null && level === "outer") {
    throw new UserError("the model was saved before it was built: it has no input shape", {
      where: file,
      hint: "Start it with keras.Input(shape) and save it again.",
    });
  }
  const taken = new Set(layers.map((layer) => layer.name));
  let name = "input";
  while (taken.has(name)) name += "_";
  const where = `${prefix}layer '${name}'`;
  return {
    name,
    className: "InputLayer",
    kind: INPUT,
    config: new Config({ name, batch_shape: shape ?? null }, where),
    where,
    model: undefined,
  };
}

function firstShape(layer: Layer): Json | undefined {
  const { config, model } = layer;
  const first = model?.layers[0];
  if (first !== undefined) return firstShape(first);
  return config.get("batch_input_shape") ?? config.get("batch_shape");
}

/**
 * The call that a reference means. A model that was made with an input layer has a call of its own from then, so that
 * its calls in another model are counted from 1: in Keras 2 everywhere, in Keras 3 in `output_layers` and for functional
 * models only (keras/src/models/functional.py: `functional_from_config`, `get_tensor`; Keras 2: keras/engine/functional.py,
 * `_should_skip_first_node`).
 */
function withoutBuiltIn(
  source: Reference,
  layers: ReadonlyMap<string, Described>,
  place: "inbound" | "output",
): Reference {
  const [name, index] = splitCallId(source.call);
  const { layer, inbound } = layers.get(name) ?? {};
  if (layer?.model === undefined || !isList(inbound)) return source;
  const counted = isObject(inbound[0])
    ? place === "output" && layer.className !== "Sequential"
    : layer.model.begins;
  return counted && index > 0 ? { ...source, call: callId(name, index - 1) } : source;
}

function functional(
  name: string,
  described: readonly Described[],
  config: Config,
  where: string,
): KerasGraph {
  const byName = new Map(described.map((item) => [item.layer.name, item]));
  const calls = described.flatMap(({ layer, inbound }): readonly Call[] => {
    if (layer.kind === INPUT) return [{ id: callId(layer.name, 0), layer, inputs: [] }];
    if (!isList(inbound)) throw new UserError("its 'inbound_nodes' are missing", { where: layer.where });
    return inbound.map((node, index) => ({
      id: callId(layer.name, index),
      layer,
      inputs: callInputs(node, layer.where).map((source) => withoutBuiltIn(source, byName, "inbound")),
    }));
  });
  const known = new Set(calls.map((call) => call.id));
  const references = (key: string) => {
    const found = readReferences(config.get(key), `${where}: ${key}`).map(({ name: given, source }) => ({
      name: given,
      source: withoutBuiltIn(source, byName, "output"),
    }));
    for (const { source } of found) {
      if (!known.has(source.call)) {
        throw new UserError(`the model's ${key.replace("_layers", "")} '${source.call}' does not exist`, {
          where,
        });
      }
    }
    return found;
  };
  const outputs = references("output_layers").map(({ name: given, source }) => ({
    name: given ?? (source.output === 0 ? source.call : `${source.call}:${source.output}`),
    source,
  }));
  return {
    name,
    layers: described.map(({ layer }) => layer),
    calls: sortCalls(calls, known),
    begins: true,
    inputs: references("input_layers").map(({ source }) => source.call),
    outputs,
  };
}
