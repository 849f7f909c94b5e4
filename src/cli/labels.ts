import { stat } from "node:fs/promises";
import type { TypedArray } from "../events/npy.js";
import { openEvents } from "../events/open.js";
import type { EventBlock, EventSource } from "../events/source.js";
import { UserError } from "../ir/errors.js";
import type { Labels } from "../quantize/calibrate/index.js";
import { withFile } from "./files.js";
import { limitBlocks } from "./simulate.js";

/** Labels read at a time. */
const BLOCK = 10_000;

/** The array of an event file that `--labels` names, if it names one. */
export function labelArray(given: string | undefined, events: EventSource): string | undefined {
  return given !== undefined && events.has(given) ? given : undefined;
}

/** The labels in an array of blocks of events. */
export function labelsOfBlocks(array: string, blocks: readonly EventBlock[], file: string): Labels {
  return {
    where: `${file}: ${array}`,
    values: joined(blocks.map(({ arrays }) => arrays[array] as TypedArray)),
  };
}

/** The labels of the first `count` events from a file of one array. Throws a UserError where they do not belong to the events. */
export async function readLabels(path: string, events: EventSource, count: number): Promise<Labels> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) {
    throw new UserError(`'${path}' is neither an array of ${events.file} nor a file`, {
      where: "--labels",
      hint: `The events hold: ${events.names.join(", ")}.`,
    });
  }
  return withFile(path, async (bytes) => {
    const source = await openEvents(bytes);
    const [array] = source.names;
    if (array === undefined || source.names.length > 1) {
      throw new UserError(`it holds ${source.names.length} arrays: ${source.names.join(", ")}`, {
        where: path,
        hint: "Labels are read from a file of one array, or from an array of the events: --labels NAME.",
      });
    }
    if (source.count !== events.count) {
      throw new UserError(`it has labels of ${source.count} events, ${events.file} has ${events.count}`, {
        where: path,
      });
    }
    const parts: TypedArray[] = [];
    for await (const block of limitBlocks(source.blocks([array], BLOCK), count)) {
      parts.push(block.arrays[array] as TypedArray);
    }
    return { where: path, values: joined(parts) };
  });
}

function joined(parts: readonly TypedArray[]): Float64Array {
  const values = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) values[at++] = Number(part[i]);
  }
  return values;
}
