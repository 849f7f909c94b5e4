import { UserError } from "../../../ir/errors.js";
import type { LayerCall, Value } from "./handler.js";

/** An equation such as `abc,cd->abd` without its batch axis; an ellipsis is spelt out as digits. */
export interface Equation {
  readonly text: string;
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
  /** The sizes of the input's axes. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Reads the equation of an EinsumDense for its input. Throws a UserError when it is none or does not fit. */
export function readEquation(call: LayerCall, input: Value): Equation {
  const text = call.config.string("equation");
  const bad = (why: string): never => {
    throw new UserError(`its equation '${text}' ${why}`, { where: call.where });
  };
  const match = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(text.replaceAll(" ", ""));
  if (match === null) return bad("is not of the form 'ab,bc->ac'");
  const [, left, kernel, right] = match as unknown as [string, string, string, string];
  const ellipsis = left.includes("...");
  const letters = left.replace("...", "").length;
  const extra = input.shape.length + 1 - letters;
  if (ellipsis !== right.includes("...") || extra < 0 || (!ellipsis && extra !== 0)) {
    bad(`does not fit an input of ${input.shape.length + 1} axes with the batch`);
  }
  // Digits stand for the axes of the ellipsis: they are no letters of the equation.
  const dots = Array.from({ length: ellipsis ? extra : 0 }, (_, n) => String.fromCharCode(0x2460 + n)).join(
    "",
  );
  const [inputAxes, output] = [[...left.replace("...", dots)], [...right.replace("...", dots)]];
  if ([...inputAxes, ...output].includes(".")) bad("has a stray point");
  for (const axes of [inputAxes, [...kernel], output]) {
    if (new Set(axes).size !== axes.length) bad("names an axis twice in one operand");
  }
  const batch = inputAxes[0] as string;
  if (output[0] !== batch || kernel.includes(batch)) {
    bad("does not keep the batch axis in front");
  }
  const unknown = output.find((axis) => !inputAxes.includes(axis) && !kernel.includes(axis));
  if (unknown !== undefined) bad(`makes an axis '${unknown}' of nothing`);
  const own = inputAxes.slice(1);
  return {
    text,
    input: own,
    kernel: [...kernel],
    output: output.slice(1),
    sizes: new Map(own.map((axis, i) => [axis, input.shape[i] as number])),
  };
}
