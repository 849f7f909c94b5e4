import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Hdf5File, withHdf5 } from "./hdf5.js";

/** What a variable must look like. */
export interface Expected {
  /** What it is, for errors: `kernel`. */
  readonly what: string;
  /** Whether the stored shape is acceptable. */
  readonly shape: readonly number[] | ((stored: readonly number[]) => boolean);
  /** The expected shape in words where `shape` is a condition. */
  readonly shapeText?: string;
  readonly type?: "float32" | "uint8";
}

export interface Variable {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** More elements than the weights of a trigger network have; a declared size above it is not read. */
const MOST_ELEMENTS = 2 ** 24;

/** The variables of one layer. */
export class LayerWeights {
  readonly #file: Hdf5File;
  readonly #path: string;
  readonly #where: string;

  constructor(file: Hdf5File, path: string, where: string) {
    this.#file = file;
    this.#path = path;
    this.#where = where;
  }

  /**
   * The variable number `index` of the layer, or of the object `owner` inside it such as `kq/quantizer`
   * (keras/src/saving/saving_lib.py, `_save_state`: `<layer>/<attribute>/vars/<index>`; keras Layer.save_own_variables:
   * trainable variables first, then the others, each in order of creation). Throws a UserError when it is missing, of
   * another type or shape, or not finite.
   */
  variable(owner: string, index: number, expected: Expected): Variable {
    const path = [this.#path, owner, "vars", String(index)].filter((part) => part !== "").join("/");
    const fail = (message: string): never => {
      throw new UserError(`its ${expected.what} (${path} in model.weights.h5) ${message}`, {
        where: this.#where,
      });
    };
    const stored = this.#file.dataset(path);
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
}

/** The weights of a model, by layer. */
export interface Weights {
  readonly layer: (name: string) => LayerWeights;
}

/** What {@link withWeights} must know of a layer: Keras files weights under the class. */
export interface WeightedLayer {
  readonly name: string;
  readonly className: string;
}

/**
 * Opens the weights of a Keras 3 model and lets `use` read them. `layers` are in the model's order: Keras names the
 * folder of a layer by its class in snake case and a counter (saving_lib.py, `_save_container_state`), not by its name.
 */
export function withWeights<T>(
  bytes: Uint8Array,
  file: string,
  layers: readonly WeightedLayer[],
  use: (weights: Weights) => T,
): Promise<T> {
  const paths = layerPaths(layers);
  return withHdf5(bytes, `${file}: model.weights.h5`, (hdf5) =>
    use({
      layer: (name) => {
        const where = `${file}: layer '${name}'`;
        const path = paths.get(name) as string;
        // Newer Keras also stores the name: a check that folder and layer belong together.
        const stored = hdf5.attribute(`${path}/vars`, "name");
        if (stored !== undefined && stored !== name) {
          throw new UserError(`its weights (${path} in model.weights.h5) belong to a layer '${stored}'`, {
            where,
          });
        }
        return new LayerWeights(hdf5, path, where);
      },
    }),
  );
}

function layerPaths(layers: readonly WeightedLayer[]): ReadonlyMap<string, string> {
  const used = new Map<string, number>();
  return new Map(
    layers.map(({ name, className }) => {
      const folder = toSnakeCase(className);
      const count = used.get(folder) ?? 0;
      used.set(folder, count + 1);
      return [name, `layers/${count === 0 ? folder : `${folder}_${count}`}`];
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
