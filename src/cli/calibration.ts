import { UserError } from "../ir/errors.js";
import type { Model } from "../ir/model/model.js";
import {
  type CalibrateModelOptions,
  calibrateModel,
  type LayerOverride,
  quantizerSites,
} from "../quantize/calibrate/index.js";
import { createFloatExecutor } from "../sim/float/index.js";
import { type Config, readType } from "./config.js";
import { type FloatEvent, type FloatEvents, withFloatEvents } from "./float-events.js";

/** Quantizes a float model by the events of a file, as the configuration says. Throws a UserError that names the file. */
export async function calibrateFromFile(model: Model, path: string, config: Config): Promise<Model> {
  return withFloatEvents(model, path, config, (events) =>
    calibrateModel(model, allEvents(events), floatExecutor, calibrationOptions(model, config)),
  );
}

/** The values of every node of a float model on an event. */
export const floatExecutor = (model: Model) => createFloatExecutor(model, { quantizers: "ignore" }).runAll;

/** Every event of a file that has some. */
export async function* allEvents({ source, blocks, eventsOf }: FloatEvents): AsyncGenerator<FloatEvent> {
  if (source.count === 0) {
    throw new UserError("it holds no event to calibrate with", {
      where: source.file,
      hint: "Give a file with some hundred typical events.",
    });
  }
  for await (const block of blocks()) yield* eventsOf(block);
}

/** How the configuration quantizes a float model. */
export function calibrationOptions(model: Model, config: Config): CalibrateModelOptions {
  const { layers = {}, ...options } = config.quantize ?? {};
  return { ...options, overrides: { ...declaredTypes(model, config), ...overridesOf(layers) } };
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
