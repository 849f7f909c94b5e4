import { identity, type LayerHandler, onlyInput } from "./handler.js";

/** keras Dropout: does nothing at inference. */
export const dropout: LayerHandler = (call) => identity(onlyInput(call));
