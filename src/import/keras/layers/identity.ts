import { identity, type LayerHandler, onlyInput } from "./handler.js";

/** Layers that do nothing at inference: Dropout and its family, noise, ActivityRegularization, Identity. */
export const passThrough: LayerHandler = (call) => identity(onlyInput(call));
