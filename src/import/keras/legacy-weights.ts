import { UserError } from "../../ir/errors.js";
import type { Hdf5File } from "./hdf5.js";
import { type LayerWeights, type ModelWeights, readVariable, type WeightedLayer } from "./weights.js";

/** A variable of a layer in the file: its name such as `dense/kernel:0`, and where it lies. */
interface Entry {
  readonly name: string;
  readonly path: string;
}

/**
 * The weights in an HDF5 file of Keras 2 (keras/src/legacy/saving/legacy_h5_format.py): under `root` one group a layer,
 * named as the layer, with the names of its variables in order as the attribute `weight_names`. A model inside the model
 * is one such group with the variables of all its layers. `file` names the HDF5 file in errors.
 */
export function legacyWeights(
  hdf5: Hdf5File,
  layers: readonly WeightedLayer[],
  root: string,
  file: string,
): ModelWeights {
  const known = new Set(hdf5.names(root, "layer_names") ?? []);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const entries = (name: string): readonly Entry[] => {
    if (!known.has(name)) return [];
    const group = root === "" ? name : `${root}/${name}`;
    return (hdf5.names(group, "weight_names") ?? []).map((entry) => ({
      name: entry,
      path: `${group}/${entry}`,
    }));
  };
  return {
    layer: (name) => layerOf(hdf5, entries(name), (byName.get(name) as WeightedLayer).where, file),
    model: (name, inner) => innerModel(hdf5, entries(name), inner, file),
  };
}

/** The layers of a model inside the model: their variables are told apart by the layer's name in theirs. */
function innerModel(
  hdf5: Hdf5File,
  entries: readonly Entry[],
  layers: readonly WeightedLayer[],
  file: string,
): ModelWeights {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const own = (name: string) => entries.filter((entry) => entry.name.split("/").slice(0, -1).includes(name));
  return {
    layer: (name) => layerOf(hdf5, own(name), (byName.get(name) as WeightedLayer).where, file),
    model: (name, inner) => innerModel(hdf5, own(name), inner, file),
  };
}

function layerOf(hdf5: Hdf5File, entries: readonly Entry[], where: string, file: string): LayerWeights {
  return {
    variable: (owner, index, expected) => {
      const found = owned(entries, owner, where)[index];
      const place =
        found === undefined ? `number ${index} of the layer in ${file}` : `${found.path} in ${file}`;
      const stored = found === undefined ? undefined : hdf5.dataset(found.path);
      return readVariable(stored, expected, `${expected.what} (${place})`, where);
    },
    named: (name, expected) => {
      const found = entries.find((entry) => entry.name.split("/").at(-1)?.replace(/:\d+$/, "") === name);
      const place = found === undefined ? `'${name}' of the layer in ${file}` : `${found.path} in ${file}`;
      const stored = found === undefined ? undefined : hdf5.dataset(found.path);
      return readVariable(stored, expected, `${expected.what} (${place})`, where);
    },
    // A wrapper lists the variables of the layer inside it as its own.
    inside: () => layerOf(hdf5, entries, where, file),
  };
}

/**
 * The variables of an object inside the layer. Layers of HGQ2 saved so by Keras 3 hold their quantizers as
 * `<layer>/<layer>_kq/fixed_point_quantizer_kbi/b`.
 */
function owned(entries: readonly Entry[], owner: string, where: string): readonly Entry[] {
  const quantizer = (entry: Entry) =>
    /\/(fixed_point|float_point|dummy)_quantizer[^/]*\/[^/]*$/.test(entry.name);
  if (owner === "") return entries.filter((entry) => !quantizer(entry));
  const [first, ...rest] = owner.split("/");
  if (rest.length !== 1 || first === undefined) {
    throw new UserError(`its quantizers '${owner}' are not read from an HDF5 file of this form`, {
      where,
      hint: "Save the model with model.save('model.keras').",
    });
  }
  return entries.filter((entry) => entry.name.split("/").some((part) => part.endsWith(`_${first}`)));
}
