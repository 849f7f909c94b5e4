export { keepsChannels } from "./movement/channels.js";
export {
  isMovement,
  MOVEMENTS,
  type Movement,
  type MovementNode,
  type MovementOf,
  type MovementOp,
} from "./movement/movement.js";
export { movementShape } from "./movement/shape.js";
export { movementSources, type Sources } from "./movement/sources.js";
export { readMovement, writeMovement } from "./movement/text.js";
