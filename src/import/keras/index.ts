import { UserError } from "../../ir/errors.js";
import { verifyModel } from "../../ir/model/verify.js";
import type { Imported, ModelSource } from "../source.js";
import { openArchive } from "./archive.js";
import { buildModel, checkLayers } from "./build.js";
import { Config } from "./config.js";
import { type KerasGraph, readGraph } from "./graph.js";
import { type Hdf5File, withHdf5 } from "./hdf5.js";
import { parseJson } from "./json.js";
import { legacyWeights } from "./legacy-weights.js";
import { decodeText, LONGEST_JSON } from "./text.js";
import { type ModelWeights, modelWeights } from "./weights.js";

/**
 * Reads a `.keras` file with layers of Keras, HGQ2 and QKeras:
 *
 * ```
 * bytes ──archive──▶ config.json ──graph──▶ layers, calls ──layers/*──▶ nodes of the Model
 *                └─▶ model.weights.h5 ──weights──▶ variables ──hgq2/*──┘
 * ```
 *
 * Throws a UserError that names file and layer on anything that is damaged or not supported.
 */
export async function importKeras({ bytes, name: file }: ModelSource): Promise<Imported> {
  const { config, weights, keras } = openArchive(bytes, file);
  const graph = checkedGraph(config, file);
  const inside = "model.weights.h5";
  return withHdf5(weights, `${file}: ${inside}`, (hdf5) =>
    verified(graph, modelWeights(hdf5, graph.layers, inside), keras),
  );
}

/** Reads a whole model in an HDF5 file as Keras 2 writes it, and Keras 3 on demand. Throws a UserError likewise. */
export async function importKerasHdf5({ bytes, name: file }: ModelSource): Promise<Imported> {
  return withHdf5(bytes, file, (hdf5) => {
    const text = hdf5.attribute("", "model_config");
    if (text === undefined) {
      throw new UserError(
        "it has no attribute 'model_config': these are weights without their architecture",
        {
          where: file,
          hint: "Save the whole model with model.save('model.keras'), or give the architecture as JSON with these weights.",
        },
      );
    }
    const where = `${file}: model_config`;
    const graph = checkedGraph(new Config(json(text, where), where, "it"), file);
    const version = hdf5.attribute("", "keras_version") ?? hdf5.attribute("model_weights", "keras_version");
    return verified(graph, legacyWeights(hdf5, graph.layers, "model_weights", file), major(version));
  });
}

/**
 * Reads an architecture in JSON (`model.to_json()`) with its weights in an HDF5 file (`model.save_weights()`), of Keras 2
 * or 3. Throws a UserError likewise.
 */
export async function importKerasJson({ bytes, name: file, weights }: ModelSource): Promise<Imported> {
  const config = new Config(json(decodeText(bytes, file), file), file, "its content");
  if (!config.has("class_name")) {
    throw new UserError("this JSON file is no model of Keras", {
      where: file,
      hint: "Write it with model.to_json().",
    });
  }
  const graph = checkedGraph(config, file);
  if (weights === undefined) {
    throw new UserError("an architecture without its weights is not a model", {
      where: file,
      hint: "Give the file of model.save_weights() too, or save all with model.save('model.keras').",
    });
  }
  const stated = config.has("keras_version") ? config.string("keras_version") : undefined;
  const version = config.has("module") ? 3 : major(stated);
  return withHdf5(weights.bytes, weights.name, (hdf5) =>
    verified(graph, separateWeights(hdf5, graph, weights.name), version),
  );
}

/** The forms in which an HDF5 file holds weights: Keras 3's, Keras 2's, Keras 2's inside a whole model. */
function separateWeights(hdf5: Hdf5File, graph: KerasGraph, file: string): ModelWeights {
  if (hdf5.names("", "layer_names") !== undefined) return legacyWeights(hdf5, graph.layers, "", file);
  if (hdf5.names("model_weights", "layer_names") !== undefined) {
    return legacyWeights(hdf5, graph.layers, "model_weights", file);
  }
  return modelWeights(hdf5, graph.layers, file);
}

function json(text: string, where: string) {
  if (text.length > LONGEST_JSON) {
    throw new UserError(`it has ${text.length} characters: too long for a configuration`, { where });
  }
  return parseJson(text, where);
}

function major(version: string | undefined): 2 | 3 {
  return version !== undefined && /^3\./.test(version) ? 3 : 2;
}

function checkedGraph(config: Config, file: string): KerasGraph {
  const graph = readGraph(config, file);
  checkLayers(graph);
  return graph;
}

function verified(graph: KerasGraph, weights: ModelWeights, keras: 2 | 3): Imported {
  const imported = buildModel(graph, weights, { keras });
  verifyModel(imported.model);
  return imported;
}
