import { checkShape, type LayerHandler, single } from "./handler.js";

/** keras InputLayer: `batch_shape` (Keras 2: `batch_input_shape`) is [batch, …shape] with null where a size is open. */
export const inputLayer: LayerHandler = ({ name, config, where }) => {
  const key = config.has("batch_input_shape") ? "batch_input_shape" : "batch_shape";
  const [, ...shape] = config.list(key);
  if (shape.length === 0 || !shape.every((n): n is number => Number.isSafeInteger(n) && (n as number) > 0)) {
    config.wrongType(key, "a batch size and fixed sizes after it");
  }
  return single({ op: "input", name, inputs: [], shape: checkShape(shape as readonly number[], where) });
};
