import { UserError } from "../../ir/errors.js";
import { verifyModel } from "../../ir/model/verify.js";
import type { Imported, ModelSource } from "../source.js";
import { BatchMixed } from "./batch.js";
import { type Built, buildModel, checkOperators, declaredInputs } from "./build.js";
import { cleanUp } from "./clean-up.js";
import { openExternal } from "./external.js";
import { readGraph } from "./graph.js";
import { parseModel } from "./parse.js";

export { looksLikeOnnx } from "./parse.js";

/**
 * Reads a model of ONNX, with or without operators of QONNX:
 *
 * ```
 * bytes ──parse──▶ messages ──graph──▶ nodes in order ──operators/*──▶ nodes of the Model ──clean-up──▶ Model
 * ```
 *
 * Throws a UserError that names file and node on anything that is damaged or not supported.
 */
export async function importOnnx(source: ModelSource): Promise<Imported> {
  const file = source.name;
  const proto = parseModel(source.bytes, file);
  const graph = readGraph(proto, file);
  checkOperators(graph);
  const inputs = declaredInputs(graph, file, source.shapes);
  if (inputs.length === 0) throw new UserError("the model has no inputs", { where: file });
  const external = openExternal(source);
  const build = (batched: boolean) => buildModel(graph, inputs, external, file, batched);
  // Whoever says how long the axes of an event are has said that none of them is the batch.
  const { builder, outputs } = source.shapes === undefined ? buildBatched(build, inputs) : build(false);
  const model = cleanUp(builder.model(proto.graph?.name || "model", outputs));
  verifyModel(model);
  const notes = [...builder.notes];
  if (builder.oddScales > 0) {
    notes.push({
      where: file,
      message: `${builder.oddScales} of its scales are no powers of two. They are computed exactly; float32 arithmetic rounds there, so that a training framework may give the neighbouring step at ties.`,
    });
  }
  return { model, notes };
}

/**
 * A leading axis of fixed length above 1 may be a batch or an axis of the event, such as the nodes of a graph network.
 * It is the batch as long as all inputs have it and no operator works across it.
 */
function buildBatched(
  build: (batched: boolean) => Built,
  inputs: readonly { readonly shape: readonly (number | undefined)[] }[],
): Built {
  const leading = new Set(inputs.map(({ shape }) => shape[0]));
  const [length] = leading;
  const ambiguous = [...leading].some((n) => n !== undefined && n > 1);
  if (!ambiguous) return build(false);
  const possible =
    leading.size === 1 && length !== undefined && inputs.every(({ shape }) => shape.length > 1);
  if (!possible) return build(false);
  try {
    return build(true);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    try {
      return build(false);
    } catch (other) {
      // The error that is about the axis says more than what follows from reading it the other way.
      throw error instanceof BatchMixed ? other : error;
    }
  }
}
