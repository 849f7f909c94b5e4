import type { TypedArray } from "../events/npy.js";
import type { EventBlock, EventSource } from "../events/source.js";
import { UserError } from "../ir/errors.js";
import type { Model } from "../ir/model/model.js";
import { sizeOf } from "../ir/tensor.js";
import type { Config } from "./config.js";
import { arraysOfInputs } from "./events.js";
import { withEvents } from "./open-events.js";

/** Events read at a time. */
const BLOCK = 200;

/** The values of each input of a model on one event. */
export type FloatEvent = Readonly<Record<string, Float64Array>>;

/** A file of events for the float executor. */
export interface FloatEvents {
  readonly source: EventSource;
  /** The arrays of the inputs and those of `more`, in blocks, as they are in the file. */
  readonly blocks: (more?: readonly string[]) => AsyncGenerator<EventBlock>;
  /** The events of a block. A value that is not finite is a UserError. */
  readonly eventsOf: (block: EventBlock) => Generator<FloatEvent>;
}

/** Opens a file of events of a model, runs `use` and closes it. A file that does not fit the model is a UserError. */
export async function withFloatEvents<T>(
  model: Model,
  path: string,
  config: Pick<Config, "inputs" | "graph">,
  use: (events: FloatEvents) => Promise<T>,
): Promise<T> {
  const inputs = model.nodes.filter(({ op }) => op === "input");
  const feeding = { inputs, config: { values: config } };
  return withEvents(path, feeding, async (source) => {
    const arrays = arraysOfInputs(feeding, source);
    return use({
      source,
      blocks: (more = []) => source.blocks([...new Set([...arrays.values(), ...more])], BLOCK),
      *eventsOf({ start, rows, arrays: block }) {
        for (let row = 0; row < rows; row++) {
          yield Object.fromEntries(
            inputs.map(({ name, shape }) => {
              const size = sizeOf(shape);
              const data = (block[arrays.get(name) as string] as TypedArray).subarray(
                row * size,
                (row + 1) * size,
              );
              const values = Float64Array.from(data as ArrayLike<number | bigint>, Number);
              const bad = values.findIndex((value) => !Number.isFinite(value));
              if (bad < 0) return [name, values];
              throw new UserError(
                `event ${start + row}, value ${bad} of input '${name}': ${values[bad]} is no finite number`,
                { where: source.file, hint: `The input's shape is [${shape.join(", ")}], row-major.` },
              );
            }),
          );
        }
      },
    });
  });
}
