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
    layer: (name) => layerOf(hdf5, entries(name), byName.get(name) as WeightedLayer, file),
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
    layer: (name) => layerOf(hdf5, own(name), byName.get(name) as WeightedLayer, file),
    model: (name, inner) => innerModel(hdf5, own(name), inner, file),
  };
}

function layerOf(
  hdf5: Hdf5File,
  entries: readonly Entry[],
  { name: layer, where }: WeightedLayer,
  file: string,
): LayerWeights {
  return {
    variable: (owner, index, expected) => {
      const found = owned(entries, owner, layer)[index];
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
    inside: () => layerOf(hdf5, entries, { name: layer, className: "", where }, file),
  };
}

/** A variable of one of HGQ2's quantizers: `…/fixed_point_quantizer_kbi_3/b`. */
const QUANTIZER = /\/(fixed_point|float_point|dummy)_quantizer[^/]*\/[^/]*$/;

/**
 * The variables of an object inside the layer. Layers of HGQ2 saved so by Keras 3 hold those of their quantizers under
 * `<layer>/<layer>_kq/…`, `<layer>/<layer>_exp_table/<layer>_exp_table_iq/…`, and those of several inputs under
 * `<layer>/multiple_quantizers/<any name>/…`, one after the other.
 */
function owned(entries: readonly Entry[], owner: string, layer: string): readonly Entry[] {
  if (owner === "") return entries.filter((entry) => !QUANTIZER.test(entry.name));
  const several = /^iq\/quantizers\/quantizer(?:_(\d+))?\/quantizer$/.exec(owner);
  const folders = (entry: Entry) => entry.name.split("/").slice(0, -1);
  if (several !== null) {
    const inside = entries.filter((entry) =>
      folders(entry).some((part) => /^multiple_quantizers/.test(part)),
    );
    const all = [...new Set(inside.map((entry) => folders(entry).join("/")))];
    const own = all[Number(several[1] ?? 0)];
    return inside.filter((entry) => folders(entry).join("/") === own);
  }
  const name = [layer, ...owner.split("/").slice(0, -1)].join("_");
  const single = owner === "quantizer";
  return entries.filter((entry) => (single ? QUANTIZER.test(entry.name) : folders(entry).includes(name)));
}
