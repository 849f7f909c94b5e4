import { UserError } from "../../../ir/errors.js";
import type { Layer } from "../graph.js";
import { QKERAS_LAYERS, QKERAS_REFUSED } from "../qkeras/index.js";
import type { LayerHandler } from "./handler.js";
import { HGQ1_LAYERS } from "./hgq1/index.js";
import { HGQ2_LAYERS } from "./hgq2/index.js";
import { KERAS_LAYERS } from "./keras.js";
import { KERAS_OPERATIONS } from "./operations.js";
import { REFUSED } from "./refused.js";

/** The layers that are read, by package and class. */
export const LAYERS: ReadonlyMap<string, LayerHandler> = new Map([
  ...KERAS_LAYERS,
  ...KERAS_OPERATIONS,
  ...HGQ1_LAYERS,
  ...HGQ2_LAYERS,
  ...QKERAS_LAYERS,
]);

/** What reads a layer. Throws a UserError that says why for layers that are not read. */
export function handlerOf({ className, kind, where }: Layer): LayerHandler {
  const handler = LAYERS.get(kind);
  if (handler !== undefined) return handler;
  const [origin] = kind.split(">") as [string];
  const reason = REFUSED.get(kind) ?? QKERAS_REFUSED.get(kind);
  throw new UserError(
    `the layer type '${className}'${origin === "" ? "" : ` of '${origin}'`} is not supported${reason === undefined ? "" : `: ${reason}`}`,
    { where, hint: `Supported: ${supported(origin).join(", ")}.` },
  );
}

/** The classes of the same package, or the packages where there are none. */
function supported(origin: string): readonly string[] {
  const own = [...LAYERS.keys()].flatMap((kind) =>
    kind.startsWith(`${origin}>`) ? [kind.slice(origin.length + 1)] : [],
  );
  return own.length > 0 ? own : ["layers of Keras, HGQ, HGQ2 and QKeras"];
}
