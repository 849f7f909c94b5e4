import { UserError } from "../../ir/errors.js";
import { Config, isList, isNatural, isObject, printValue } from "./config.js";
import type { Json } from "./json.js";

/** A value in the graph: one of the outputs of a call of a layer. */
export interface Reference {
  readonly call: string;
  readonly output: number;
}

/** The first call of a layer carries the layer's name. */
export function callId(layer: string, index: number): string {
  return index === 0 ? layer : `${layer}@${index}`;
}

/** The layer and the number of a call: names of layers may hold the same sign. */
export function splitCallId(call: string): readonly [string, number] {
  const match = /^(.*)@(\d+)$/s.exec(call);
  return match === null ? [call, 0] : [match[1] as string, Number(match[2])];
}

/**
 * The values that an entry of `inbound_nodes` passes to its layer, in either form: Keras 3 writes arguments with
 * `__keras_tensor__` objects (keras/src/models/functional.py, `serialize_node`), Keras 2 lists of [layer, call, output,
 * keyword arguments]. Throws a UserError on constants and on arguments that change what the layer computes.
 */
export function callInputs(node: Json, where: string): readonly Reference[] {
  return isList(node) ? oldInputs(node, where) : newInputs(node, where);
}

function newInputs(node: Json, where: string): readonly Reference[] {
  const config = new Config(node, where, "an entry of its 'inbound_nodes'");
  const inputs: Reference[] = [];
  const collect = (argument: Json): void => {
    if (isList(argument)) {
      argument.forEach(collect);
    } else if (isObject(argument) && argument.class_name === "__keras_tensor__") {
      const tensor = new Config(argument, where).object("config");
      inputs.push(readReference(tensor.get("keras_history") ?? null, where));
    } else if (isObject(argument) && argument.class_name === undefined) {
      // Keras flattens dictionaries in the order of their sorted keys.
      for (const key of Object.keys(argument).sort()) collect(argument[key] as Json);
    } else if (argument !== null) {
      throw constantArgument(argument, where);
    }
  };
  collect(config.list("args"));
  checkKeywords(config.get("kwargs") ?? {}, where);
  return inputs;
}

function oldInputs(node: readonly Json[], where: string): readonly Reference[] {
  // A layer of one input may have [layer, call, output, arguments] without a list around it.
  const entries = typeof node[0] === "string" ? [node] : node;
  return entries.map((entry) => {
    if (isList(entry) && entry[0] === "_CONSTANT_VALUE") throw constantArgument(entry[2] ?? null, where);
    if (isList(entry)) checkKeywords(entry[3] ?? {}, where);
    return readReference(entry, where);
  });
}

function constantArgument(value: Json, where: string): UserError {
  return new UserError(`it is called with the constant ${printValue(value)}, which is not a tensor`, {
    where,
    hint: "Use a layer such as Rescaling for arithmetic with constants.",
  });
}

/** Keyword arguments that are there but say nothing: `mask = None`, `training = False`. */
function checkKeywords(keywords: Json, where: string): void {
  for (const [key, value] of Object.entries(isObject(keywords) ? keywords : {})) {
    if (!saysNothing(value)) {
      throw new UserError(`it is called with the argument '${key}', which is not supported`, { where });
    }
  }
}

/** A model of several inputs gets one mask for each. */
function saysNothing(value: Json): boolean {
  return value === null || value === false || (isList(value) && value.every((item) => item === null));
}

/** [layer, call, output]. */
export function readReference(history: Json, where: string): Reference {
  const [layer, call, output] = isList(history) ? history : [];
  if (typeof layer !== "string" || !isNatural(call) || !isNatural(output)) {
    throw new UserError("an input is not a reference to the output of a layer", { where });
  }
  return { call: callId(layer, call), output };
}

/** One reference, a list of references or an object of named references, as in `output_layers`. */
export function readReferences(
  json: Json | undefined,
  where: string,
): readonly { readonly name: string | undefined; readonly source: Reference }[] {
  if (isObject(json)) {
    return Object.entries(json).map(([name, reference]) => ({
      name,
      source: readReference(reference, where),
    }));
  }
  if (!isList(json) || json.length === 0) throw new UserError("it is missing or empty", { where });
  const list = typeof json[0] === "string" ? [json] : json;
  return list.map((reference) => ({ name: undefined, source: readReference(reference, where) }));
}
