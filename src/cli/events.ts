import type { EventSource } from "../events/source.js";
import { UserError } from "../ir/errors.js";
import type { Config } from "./config.js";

/** A model's inputs, and the configuration that says which array feeds each. */
interface Feeding {
  readonly inputs: readonly Input[];
  readonly config: { readonly values: Pick<Config, "inputs"> };
}

interface Input {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * The array of an event file that feeds each input of a build: the one that the configuration names, else the one with
 * the input's name, else, of one input, the file's only array. Of a .npy file it is always the only one: there, arrays
 * have no names. Throws a UserError when there is none or its shape does not fit.
 */
export function arraysOfInputs(manifest: Feeding, source: EventSource): ReadonlyMap<string, string> {
  const { inputs } = manifest;
  if (source.unnamed && inputs.length > 1) {
    throw new UserError(`it holds one array, the model has ${inputs.length} inputs`, {
      where: source.file,
      hint: `Save one array for each input in a .npz file: ${inputs.map(({ name }) => name).join(", ")}.`,
    });
  }
  return new Map(inputs.map((input) => [input.name, arrayOfInput(manifest, input, source)]));
}

function arrayOfInput(manifest: Feeding, input: Input, source: EventSource): string {
  const configured = source.unnamed ? undefined : manifest.config.values.inputs[input.name]?.array;
  const only = manifest.inputs.length === 1 && source.names.length === 1 ? source.names[0] : undefined;
  const array = configured ?? (source.has(input.name) ? input.name : undefined) ?? only;
  if (array === undefined || !source.has(array)) {
    throw new UserError(`it has no array '${array ?? input.name}' for input '${input.name}'`, {
      where: source.file,
      hint: `It holds: ${source.names.join(", ")}. Name one in l1c.yaml: inputs: { ${input.name}: { array: NAME } }.`,
    });
  }
  const shape = source.shape(array);
  // An axis of one channel is often left out.
  const wanted = [input.shape, ...(input.shape.at(-1) === 1 ? [input.shape.slice(0, -1)] : [])];
  if (!wanted.some((axes) => axes.length === shape.length && axes.every((n, i) => n === shape[i]))) {
    throw new UserError(
      `${source.unnamed ? "its array" : `array '${array}'`} holds events of shape [${shape.join(", ")}], the model takes [${input.shape.join(", ")}]${manifest.inputs.length > 1 ? ` for input '${input.name}'` : ""}`,
      { where: source.file, hint: "The first axis of an array is the event; the others are the input's." },
    );
  }
  return array;
}
