import { sizeOf } from "../../../ir/tensor.js";
import type { Call, Handler } from "../call.js";
import { reshapeValue } from "../shapes.js";
import { type Live, nodeShape } from "../values.js";

/** Softmax over an axis; before operator set 13 over all axes from `axis` on together. */
export const softmax: Handler = (call) => [softmaxOf(call, "")];

export const logSoftmax: Handler = (call) => {
  const value = softmaxOf(call, "softmax");
  return [call.builder.pointwise({ op: "function", kind: "log", parameters: {} }, value)];
};

function softmaxOf(call: Call, suffix: string): Live {
  const input = call.plain(call.live(0));
  const rank = input.shape.length;
  if (rank === 0) call.refuse("its input has no axes");
  const axis = call.axis(call.attributes.int("axis", call.opset < 13 ? 1 : -1), rank);
  const together = call.opset < 13 ? input.shape.map((_, n) => n).slice(axis) : [axis];
  call.keepEvents(input, together);
  const long = together.filter((n) => input.shape[n] !== 1);
  if (long.length <= 1) return over(call, input, long[0] ?? axis, suffix);
  const flat = [...input.shape.slice(0, axis), sizeOf(input.shape.slice(axis))];
  const value = reshapeValue(call.builder, input, flat) as Live;
  return reshapeValue(call.builder, over(call, value, axis, suffix), input.shape) as Live;
}

function over(call: Call, input: Live, axis: number, suffix: string): Live {
  const x = call.builder.withLast(input, axis);
  const name = call.builder.add({ op: "softmax" }, [x.name], nodeShape(x), suffix);
  return { ...x, name };
}
