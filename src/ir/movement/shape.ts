import { UserError } from "../errors.js";
import { sizeOf } from "../tensor.js";
import type { Movement, MovementOf } from "./movement.js";

type Shape = readonly number[];

/**
 * The shape of a movement's result. Where the movement does not say it (reshape, slice, expand) it is `nodeShape`, as
 * long as that fits. Throws a UserError naming the node `name` when movement, inputs and shape do not fit together.
 */
export function movementShape(
  movement: Movement,
  name: string,
  inputShapes: readonly Shape[],
  nodeShape: Shape,
): Shape {
  const refuse = (message: string): never => {
    throw new UserError(message, { where: `node '${name}'` });
  };
  const [input] = inputShapes;
  if (input === undefined) return refuse(`${movement.op} takes an input, found none`);
  if (movement.op !== "concat" && inputShapes.length !== 1) {
    refuse(`${movement.op} takes 1 input, found ${inputShapes.length}`);
  }
  switch (movement.op) {
    case "reshape":
      if (sizeOf(input) !== sizeOf(nodeShape)) {
        refuse(`${show(input)} and ${show(nodeShape)} do not have the same number of elements`);
      }
      return nodeShape;
    case "transpose":
      return transposeShape(movement, input, refuse);
    case "slice":
      return sliceShape(movement, input, nodeShape, refuse);
    case "pad":
      return padShape(movement, input, refuse);
    case "concat":
      return concatShape(movement, inputShapes, refuse);
    case "gather":
      return gatherShape(movement, input, refuse);
    case "expand": {
      const added = nodeShape.length - input.length;
      if (added < 0 || input.some((n, axis) => n !== 1 && n !== nodeShape[added + axis])) {
        refuse(`${show(input)} does not broadcast to ${show(nodeShape)}`);
      }
      return nodeShape;
    }
  }
}

type Refuse = (message: string) => never;

function transposeShape({ permutation }: MovementOf<"transpose">, input: Shape, refuse: Refuse): Shape {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (sorted.length !== input.length || sorted.some((axis, n) => axis !== n)) {
    refuse(`${show(permutation)} is no permutation of the ${input.length} axes of ${show(input)}`);
  }
  return permutation.map((axis) => input[axis] as number);
}

function sliceShape(
  { starts, steps }: MovementOf<"slice">,
  input: Shape,
  nodeShape: Shape,
  refuse: Refuse,
): Shape {
  const lengths = [starts.length, steps.length, nodeShape.length];
  if (lengths.some((length) => length !== input.length)) {
    refuse(
      `a slice of ${show(input)} has ${input.length} starts, steps and axes, found ${lengths.join(", ")}`,
    );
  }
  for (const [axis, size] of input.entries()) {
    const [start, step, count] = [starts[axis], steps[axis], nodeShape[axis]] as [number, number, number];
    const last = start + (count - 1) * step;
    const inside = (index: number) => Number.isInteger(index) && index >= 0 && index < size;
    if (step === 0 || count < 1 || !inside(start) || !inside(last)) {
      refuse(`${count} indices from ${start} by ${step} do not fit axis ${axis} of ${show(input)}`);
    }
  }
  return nodeShape;
}

function padShape({ before, after }: MovementOf<"pad">, input: Shape, refuse: Refuse): Shape {
  if (before.length !== input.length || after.length !== input.length) {
    refuse(`${before.length} and ${after.length} pads for the ${input.length} axes of ${show(input)}`);
  }
  const bad = [...before, ...after].find((n) => !Number.isInteger(n) || n < 0);
  if (bad !== undefined) refuse(`${bad} is no count of zeros`);
  return input.map((n, axis) => (before[axis] as number) + n + (after[axis] as number));
}

function concatShape({ axis }: MovementOf<"concat">, shapes: readonly Shape[], refuse: Refuse): Shape {
  const [first, ...others] = shapes as readonly [Shape, ...Shape[]];
  verifyAxis(axis, first, refuse);
  for (const shape of others) {
    const fits = shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]);
    if (!fits) refuse(`${show(first)} and ${show(shape)} do not fit together along axis ${axis}`);
  }
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0);
  return first.with(axis, total);
}

function gatherShape({ axis, indices }: MovementOf<"gather">, input: Shape, refuse: Refuse): Shape {
  verifyAxis(axis, input, refuse);
  if (indices.length === 0) refuse("it takes no index");
  const size = input[axis] as number;
  const bad = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= size);
  if (bad !== undefined) refuse(`index ${bad} is outside axis ${axis} of ${show(input)}`);
  return input.with(axis, indices.length);
}

function verifyAxis(axis: number, shape: Shape, refuse: Refuse): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    refuse(`${show(shape)} has no axis ${axis}`);
  }
}

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
