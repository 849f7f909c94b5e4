import { checkShape, type LayerHandler, single } from "./handler.js";

/** keras InputLayer: `batch_shape` is [batch, …shape] with null where a size is open. */
export const inputLayer: LayerHandler = ({ name, config, where }) => {
  const [, ...shape] = config.list("batch_shape");
  if (shape.length === 0 || !shape.every((n): n is number => Number.isSafeInteger(n) && (n as number) > 0)) {
    config.wrongType("batch_shape", "a batch size and fixed sizes after it");
  }
  return single({ op: "input", name, inputs: [], shape: checkShape(shape as readonly number[], where) });
};
