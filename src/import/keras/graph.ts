import { UserError } from "../../ir/errors.js";
import { Config, isList, isObject } from "./config.js";
import type { Json } from "./json.js";

/** A layer of a Keras model as its configuration describes it. */
export interface Layer {
  readonly name: string;
  readonly className: string;
  /** Package and class, `keras>Conv2D` or `hgq>QConv2D`: QKeras has a QConv2D too. */
  readonly kind: string;
  readonly config: Config;
}

/** One use of a layer. A layer that is called twice shares its weights between two calls. */
export interface Call {
  readonly id: string;
  readonly layer: Layer;
  readonly inputs: readonly string[];
}

/** A Keras model: its layers in the file's order, their calls in the order of data flow, its outputs. */
export interface KerasGraph {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly calls: readonly Call[];
  readonly outputs: readonly { readonly name: string; readonly call: string }[];
}

/**
 * Reads the graph of a Functional or Sequential model from `config.json`. Throws a UserError when the model is of
 * another class, or its layers refer to ones that do not exist or to each other in a circle.
 */
export function readGraph(root: Config, file: string): KerasGraph {
  const className = root.string("class_name");
  const config = root.object("config");
  const model = { name: config.string("name"), layers: readLayers(config, file) };
  switch (className) {
    case "Functional":
      return functional(model, config, file);
    case "Sequential":
      return sequential(model, config, file);
    default:
      throw new UserError(`the model's class '${className}' is not supported`, {
        where: file,
        hint: "Supported: Functional and Sequential models. A subclassed model has no readable graph.",
      });
  }
}

interface Described {
  readonly layer: Layer;
  /** The calls of the layer in a Functional model. */
  readonly inbound: Json | undefined;
}

type Parts = { readonly name: string; readonly layers: readonly Described[] };

function readLayers(config: Config, file: string): readonly Described[] {
  const seen = new Set<string>();
  return config.list("layers").map((json, index) => {
    const described = new Config(json, `${file}: layer ${index}`);
    const className = described.string("class_name");
    const own = described.object("config");
    const name = own.string("name");
    const where = `${file}: layer '${name}'`;
    if (seen.has(name)) throw new UserError("two layers have this name", { where });
    seen.add(name);
    const kind = kindOf(described, className);
    return {
      layer: { name, className, kind, config: new Config(described.get("config"), where) },
      inbound: described.get("inbound_nodes"),
    };
  });
}

/** A registered name holds package and class; Keras' own layers have none, only their module. */
function kindOf(described: Config, className: string): string {
  if (described.has("registered_name")) {
    const name = described.string("registered_name");
    if (name.includes(">")) return name;
  }
  const module = described.has("module") ? described.string("module") : "";
  return /^keras\.(src\.)?layers\b/.test(module) ? `keras>${className}` : `${module}>${className}`;
}

function sequential({ name, layers }: Parts, config: Config, file: string): KerasGraph {
  const all = layers.map(({ layer }) => layer);
  if (all[0]?.kind !== "keras>InputLayer") {
    if (!config.has("build_input_shape")) {
      throw new UserError("the model was saved before it was built: it has no input shape", {
        where: file,
        hint: "Start it with keras.Input(shape) and save it again.",
      });
    }
    // Keras leaves the input layer out of old Sequential configurations.
    const inputConfig = { name: "input", batch_shape: config.get("build_input_shape") as Json };
    all.unshift({
      name: "input",
      className: "InputLayer",
      kind: "keras>InputLayer",
      config: new Config(inputConfig, `${file}: layer 'input'`),
    });
  }
  const calls = all.map(
    (layer, i): Call => ({ id: layer.name, layer, inputs: i === 0 ? [] : [all[i - 1].name] }),
  );
  const last = calls[calls.length - 1].id;
  return { name, layers: all, calls, outputs: [{ name: last, call: last }] };
}

function functional({ name, layers }: Parts, config: Config, file: string): KerasGraph {
  const calls = layers.flatMap(({ layer, inbound }): readonly Call[] => {
    const { where } = layer.config;
    if (layer.kind === "keras>InputLayer") return [{ id: callId(layer.name, 0), layer, inputs: [] }];
    if (!isList(inbound)) throw new UserError("its 'inbound_nodes' are missing", { where });
    return inbound.map((node, index) => ({
      id: callId(layer.name, index),
      layer,
      inputs: callInputs(node, where),
    }));
  });
  const outputs = readOutputs(config.get("output_layers"), `${file}: output_layers`);
  const known = new Set(calls.map((call) => call.id));
  for (const { call } of outputs) {
    if (!known.has(call)) throw new UserError(`the model's output '${call}' does not exist`, { where: file });
  }
  return { name, layers: layers.map(({ layer }) => layer), calls: sortCalls(calls, known), outputs };
}

/** The first call of a layer carries the layer's name. */
function callId(layer: string, index: number): string {
  return index === 0 ? layer : `${layer}@${index}`;
}

/**
 * The tensors that a node passes to its layer (keras/src/models/functional.py, `serialize_node`): arguments with
 * `__keras_tensor__` objects, whose history is [layer, call, output].
 */
function callInputs(node: Json, where: string): readonly string[] {
  const config = new Config(node, where, "an entry of its 'inbound_nodes'");
  const inputs: string[] = [];
  const collect = (argument: Json): void => {
    if (isList(argument)) {
      argument.forEach(collect);
    } else if (isObject(argument) && argument.class_name === "__keras_tensor__") {
      const tensor = new Config(argument, where).object("config");
      inputs.push(tensorSource(tensor.get("keras_history") ?? null, where));
    } else if (argument !== null) {
      throw new UserError("it is called with an argument that is not a tensor", { where });
    }
  };
  collect(config.list("args"));
  const keywords = config.get("kwargs") ?? {};
  for (const [key, value] of Object.entries(isObject(keywords) ? keywords : {})) {
    if (value !== null && value !== false) {
      throw new UserError(`it is called with the argument '${key}', which is not supported`, { where });
    }
  }
  return inputs;
}

function tensorSource(history: Json, where: string): string {
  const [layer, call, output] = isList(history) ? history : [];
  if (typeof layer !== "string" || typeof call !== "number" || output !== 0) {
    throw new UserError("an input is not a reference to the output of a layer", { where });
  }
  return callId(layer, call);
}

/** `output_layers` is one reference, a list of references or an object of named references. */
function readOutputs(json: Json | undefined, where: string): KerasGraph["outputs"] {
  const output = (reference: Json, name?: string) => {
    const call = tensorSource(reference, where);
    return { name: name ?? call, call };
  };
  if (isObject(json)) return Object.entries(json).map(([name, reference]) => output(reference, name));
  if (!isList(json) || json.length === 0) throw new UserError("the model has no outputs", { where });
  return typeof json[0] === "string" ? [output(json)] : json.map((reference) => output(reference));
}

/** Orders calls so that each comes after its inputs; otherwise in the file's order. */
function sortCalls(calls: readonly Call[], known: ReadonlySet<string>): readonly Call[] {
  const waiting = new Map<string, number>();
  const readers = new Map<string, Call[]>();
  const sorted: Call[] = [];
  for (const call of calls) {
    for (const input of call.inputs) {
      if (!known.has(input)) {
        throw new UserError(`its input '${input}' does not exist`, { where: call.layer.config.where });
      }
      const list = readers.get(input) ?? [];
      list.push(call);
      readers.set(input, list);
    }
    waiting.set(call.id, call.inputs.length);
    if (call.inputs.length === 0) sorted.push(call);
  }
  for (const call of sorted) {
    for (const reader of readers.get(call.id) ?? []) {
      const left = (waiting.get(reader.id) as number) - 1;
      waiting.set(reader.id, left);
      if (left === 0) sorted.push(reader);
    }
  }
  if (sorted.length < calls.length) {
    const done = new Set(sorted);
    const stuck = calls.find((call) => !done.has(call)) as Call;
    throw new UserError("its input depends on its own output", { where: stuck.layer.config.where });
  }
  return sorted;
}
