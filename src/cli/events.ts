import type { EventSource } from "../events/source.js";
import { UserError } from "../ir/errors.js";
import type { Manifest, ManifestPort } from "./manifest.js";

/**
 * The array of an event file that feeds an input of a build: the one that the configuration names, else the one with
 * the input's name, else the file's only array. Of a .npy file it is always the only one: there, arrays have no names.
 * Throws a UserError when there is none or its shape does not fit.
 */
export function arrayOfInput(manifest: Manifest, input: ManifestPort, source: EventSource): string {
  const configured = source.unnamed ? undefined : manifest.config.values.inputs[input.name]?.array;
  const array = configured ?? (source.has(input.name) ? input.name : undefined) ?? onlyArray(source);
  if (array === undefined || !source.has(array)) {
    throw new UserError(`it has no array '${array ?? input.name}' for input '${input.name}'`, {
      where: source.file,
      hint: `It holds: ${source.names.join(", ")}. Name one in l1c.yaml: inputs: { ${input.name}: { array: NAME } }.`,
    });
  }
  const shape = source.shape(array);
  if (shape.join() !== input.shape.join()) {
    throw new UserError(
      `${source.unnamed ? "its array" : `array '${array}'`} holds events of shape [${shape.join(", ")}], the model takes [${input.shape.join(", ")}]`,
      { where: source.file },
    );
  }
  return array;
}

function onlyArray(source: EventSource): string | undefined {
  return source.names.length === 1 ? source.names[0] : undefined;
}
