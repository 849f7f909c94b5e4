import type { Call } from "../call.js";
import { unsqueezeValue } from "../shapes.js";
import type { Value } from "../values.js";

/**
 * Before operator set 7, the second operand broadcasts only with the attribute `broadcast`, from the axis `axis` of the
 * first on. Gives it the axes that make it NumPy's broadcast.
 */
export function alignLegacy(call: Call, first: Value, second: Value): Value {
  if (call.opset >= 7 || call.attributes.int("broadcast", 0) === 0) return second;
  const axis = call.attributes.int("axis");
  if (axis === undefined) return second;
  const rank = first.shape.length;
  const after = rank - call.axis(axis, rank) - second.shape.length;
  if (after < 0) call.refuse(`its second operand does not fit from axis ${axis} on`);
  const added = Array.from({ length: after }, (_, n) => second.shape.length + n);
  return unsqueezeValue(call.builder, second, added);
}
