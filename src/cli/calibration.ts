import { openEvents } from "../events/open.js";
import { UserError } from "../ir/errors.js";
import type { Model } from "../ir/model/model.js";
import { sizeOf } from "../ir/tensor.js";
import { calibrateModel, type LayerOverride, quantizerSites } from "../quantize/calibrate/index.js";
import { createFloatExecutor } from "../sim/float/index.js";
import { type Config, readType } from "./config.js";
import { arraysOfInputs } from "./events.js";
import { withFile } from "./files.js";

/** Events read at a time. */
const BLOCK = 200;

type Event = Readonly<Record<string, Float64Array>>;

/** Quantizes a float model by the events of a file, as the configuration says. Throws a UserError that names the file. */
export async function calibrateFromFile(model: Model, path: string, config: Config): Promise<Model> {
  const inputs = model.nodes.filter(({ op }) => op === "input");
  return withFile(path, async (bytes) => {
    const source = await openEvents(bytes);
    if (source.count === 0) {
      throw new UserError("it holds no event to calibrate with", {
        where: path,
        hint: "Give a file with some hundred typical events.",
      });
    }
    const arrays = arraysOfInputs({ inputs, config: { values: config } }, source);
    async function* events(): AsyncGenerator<Event> {
      for await (const { rows, arrays: block } of source.blocks([...new Set(arrays.values())], BLOCK)) {
        for (let row = 0; row < rows; row++) {
          yield Object.fromEntries(
            inputs.map(({ name, shape }) => {
              const size = sizeOf(shape);
              const data = block[arrays.get(name) as string];
              return [name, Float64Array.from(data.subarray(row * size, (row + 1) * size) as never, Number)];
            }),
          );
        }
      }
    }
    const { layers = {}, ...options } = config.quantize ?? {};
    const overrides = { ...declaredTypes(model, config), ...overridesOf(layers) };
    const executor = (prepared: Model) => createFloatExecutor(prepared, { quantizers: "ignore" }).runAll;
    return calibrateModel(model, events(), executor, { ...options, overrides });
  });
}

/** Types of the configuration stand instead of calibrated ones. */
function declaredTypes(model: Model, { types }: Config): Readonly<Record<string, LayerOverride>> {
  const layers = new Set(quantizerSites(model).map(({ layer }) => layer));
  return Object.fromEntries(
    Object.entries(types)
      .filter(([name]) => layers.has(name))
      .map(([name, text]) => [name, { activations: { type: readType(text) } }]),
  );
}

type Layers = NonNullable<NonNullable<Config["quantize"]>["layers"]>;

function overridesOf(layers: Layers): Readonly<Record<string, LayerOverride>> {
  const tensor = (given: Layers[string]["weights"]) => {
    const { type, ...rest } = given ?? {};
    return type === undefined ? rest : { ...rest, type: readType(type) };
  };
  return Object.fromEntries(
    Object.entries(layers).map(([name, { weights, activations }]) => [
      name,
      {
        ...(weights && { weights: tensor(weights) }),
        ...(activations && { activations: tensor(activations) }),
      },
    ]),
  );
}
