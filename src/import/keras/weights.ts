import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Hdf5File, StoredArray } from "./hdf5.js";

/** What a variable must look like. */
export interface Expected {
  /** What it is, for errors: `kernel`. */
  readonly what: string;
  /** Whether the stored shape is acceptable. */
  readonly shape: readonly number[] | ((stored: readonly number[]) => boolean);
  /** The expected shape in words where `shape` is a condition. */
  readonly shapeText?: string;
  readonly type?: "float32" | "uint8" | "int8";
}

export interface Variable {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** More elements than the weights of a trigger network have; a declared size above it is not read. */
const MOST_ELEMENTS = 2 ** 22;

/** Where a variable is among those of an object inside the layer, as `variable` counts. */
export interface Place {
  readonly owner: string;
  readonly index: number;
}

/** The variables of one layer. */
export interface LayerWeights {
  /**
   * The variable number `index` of the layer, or of the object `owner` inside it such as `kq/quantizer`: trainable
   * variables first, then the others, each in order of creation. Throws a UserError when it is missing, of another type
   * or shape, or not finite.
   */
  readonly variable: (owner: string, index: number, expected: Expected) => Variable;
  /**
   * The variable of this name, for layers whose order of variables depends on how they were trained. Files of Keras 3's
   * format have no names: there it is the one at `place`, if the layer's variables have one order there.
   */
  readonly named: (name: string, expected: Expected, place?: Place) => Variable;
  /** The variables of a layer that the layer holds in an attribute, such as the `layer` of a wrapper. */
  readonly inside: (attribute: string) => LayerWeights;
}

/** The weights of a model, by layer. */
export interface ModelWeights {
  readonly layer: (name: string) => LayerWeights;
  /** The weights of the model that is the layer `name`. */
  readonly model: (name: string, layers: readonly WeightedLayer[]) => ModelWeights;
}

/** What finding its weights takes to know of a layer: Keras 3 files them under the class. */
export interface WeightedLayer {
  readonly name: string;
  readonly className: string;
  /** File and layer, for errors. */
  readonly where: string;
}

/** Checks a stored variable against what is expected and reads it; `what` names it in errors. */
export function readVariable(
  stored: StoredArray | undefined,
  expected: Expected,
  what: string,
  where: string,
): Variable {
  const fail = (message: string): never => {
    throw new UserError(`its ${what} ${message}`, { where });
  };
  if (stored === undefined) return fail("is missing");
  const type = expected.type ?? "float32";
  if (stored.type !== type) return fail(`is not of type ${type}`);
  const shape = expected.shape;
  const fits = typeof shape === "function" ? shape(stored.shape) : shape.join() === stored.shape.join();
  if (!fits) {
    const text = typeof shape === "function" ? expected.shapeText : `[${shape.join(", ")}]`;
    return fail(`has shape [${stored.shape.join(", ")}], expected ${text}`);
  }
  if (sizeOf(stored.shape) > MOST_ELEMENTS) return fail(`has ${sizeOf(stored.shape)} elements: too many`);
  const data = Array.from(stored.read());
  if (data.length !== sizeOf(stored.shape)) return fail(`has ${data.length} elements`);
  const bad = data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) return fail(`is not finite: element ${bad} is ${data[bad]}`);
  return { shape: stored.shape, data };
}

/**
 * The weights of a Keras 3 model, or of a model inside it under `path` (keras/src/saving/saving_lib.py, `_save_state`:
 * `<layer>/<attribute>/vars/<index>`). `layers` are in the model's order: Keras names the folder of a layer by its class
 * in snake case and a counter (`_save_container_state`), not by its name. `file` names the HDF5 file in errors.
 */
export function modelWeights(
  hdf5: Hdf5File,
  layers: readonly WeightedLayer[],
  file: string,
  path = "",
): ModelWeights {
  const places = layerPlaces(layers, path);
  const place = (name: string) => {
    const { layer, path: found } = places.get(name) as { layer: WeightedLayer; path: string };
    // Newer Keras also stores the name: a check that folder and layer belong together.
    const stored = hdf5.attribute(`${found}/vars`, "name");
    if (stored !== undefined && stored !== name) {
      throw new UserError(`its weights (${found} in ${file}) belong to a layer '${stored}'`, {
        where: layer.where,
      });
    }
    return { layer, path: found };
  };
  return {
    layer: (name) => {
      const { layer, path: found } = place(name);
      return layerWeights(hdf5, found, layer.where, file);
    },
    model: (name, inner) => modelWeights(hdf5, inner, file, place(name).path),
  };
}

function layerWeights(hdf5: Hdf5File, path: string, where: string, file: string): LayerWeights {
  const variable: LayerWeights["variable"] = (owner, index, expected) => {
    const full = join(path, owner, "vars", String(index));
    return readVariable(hdf5.dataset(full), expected, `${expected.what} (${full} in ${file})`, where);
  };
  return {
    variable,
    named: (name, expected, place) => {
      if (place !== undefined) return variable(place.owner, place.index, expected);
      throw new UserError(`its variable '${name}' has no name in ${file}`, {
        where,
        hint: "Save the model with model.save('model.h5').",
      });
    },
    inside: (attribute) => layerWeights(hdf5, join(path, attribute), where, file),
  };
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

function layerPlaces(
  layers: readonly WeightedLayer[],
  path: string,
): ReadonlyMap<string, { readonly layer: WeightedLayer; readonly path: string }> {
  const used = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const folder = toSnakeCase(layer.className);
      const count = used.get(folder) ?? 0;
      used.set(folder, count + 1);
      const name = count === 0 ? folder : `${folder}_${count}`;
      return [layer.name, { layer, path: join(path, "layers", name) }];
    }),
  );
}

/** keras/src/utils/naming.py, `to_snake_case`. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
