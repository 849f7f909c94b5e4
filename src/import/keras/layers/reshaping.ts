import { UserError } from "../../../ir/errors.js";
import { sizeOf } from "../../../ir/tensor.js";
import { isList, isNatural } from "../config.js";
import type { Json } from "../json.js";
import { checkShape, inputOfRank, type LayerCall, type LayerHandler, onlyInput } from "./handler.js";
import { Nodes } from "./nodes.js";
import { isChannelsFirst } from "./windows.js";

/** keras Flatten: channels that come first are moved to the end before. */
export const flatten: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const rank = input.shape.length;
  const axes = input.shape.map((_, axis) => axis);
  const value = rank > 1 && isChannelsFirst(call) ? nodes.transpose(input, [...axes.slice(1), 0]) : input;
  return nodes.result(nodes.reshape(value, [sizeOf(input.shape)], ""));
};

/** keras Reshape: one size may be −1, which stands for what is left. */
export const reshape: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const target = call.config.list("target_shape");
  const valid = target.every((n) => Number.isSafeInteger(n) && ((n as number) > 0 || n === -1));
  const open = target.filter((n) => n === -1).length;
  if (!valid || open > 1) call.config.wrongType("target_shape", "a list of sizes, one of which may be −1");
  const known = sizeOf(target.filter((n): n is number => n !== -1 && typeof n === "number"));
  const shape = target.map((n) => (n === -1 ? sizeOf(input.shape) / known : (n as number)));
  if (shape.some((n) => !Number.isInteger(n)) || sizeOf(shape) !== sizeOf(input.shape)) {
    throw new UserError(
      `it makes [${target.join(", ")}] of shape [${input.shape.join(", ")}], which has ${sizeOf(input.shape)} elements`,
      { where: call.where },
    );
  }
  return nodes.result(nodes.reshape(input, shape, ""));
};

/** keras Permute: `dims` count from 1. */
export const permute: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const dims = call.config.list("dims");
  const sorted = dims.every((n) => typeof n === "number")
    ? [...(dims as number[])].sort((a, b) => a - b)
    : [];
  if (sorted.length !== input.shape.length || sorted.some((n, i) => n !== i + 1)) {
    call.config.wrongType("dims", `a permutation of 1 to ${input.shape.length}`);
  }
  return nodes.result(
    nodes.transpose(
      input,
      (dims as number[]).map((n) => n - 1),
      "",
    ),
  );
};

/** keras RepeatVector: [n] becomes [times, n]. */
export const repeatVector: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = inputOfRank(call, 1);
  return nodes.result(nodes.expand(input, [call.config.count("n"), ...input.shape], ""));
};

type Pair = readonly [number, number];

/** One number for all sides, one for each axis, or a pair for each axis. */
function sides(call: LayerCall, key: string, rank: 1 | 2): readonly Pair[] {
  const value = call.config.get(key);
  const isPair = (json: Json | undefined) => isList(json) && json.length === 2 && json.every(isNatural);
  if (isNatural(value)) return Array.from({ length: rank }, (): Pair => [value, value]);
  if (rank === 1 && isPair(value)) return [value as unknown as Pair];
  if (isList(value) && value.length === rank) {
    if (value.every(isNatural)) return (value as number[]).map((n): Pair => [n, n]);
    if (value.every(isPair)) return value as unknown as readonly Pair[];
  }
  return call.config.wrongType(key, "counts for each side");
}

/** The pairs of the spatial axes, with none for channels. */
function withChannels(call: LayerCall, pairs: readonly Pair[]): readonly Pair[] {
  return isChannelsFirst(call) ? [[0, 0], ...pairs] : [...pairs, [0, 0]];
}

/** keras ZeroPadding1D and 2D. */
export function zeroPadding(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const input = inputOfRank(call, rank + 1);
    const pairs = withChannels(call, sides(call, "padding", rank));
    return nodes.result(
      nodes.pad(
        input,
        pairs.map(([before]) => before),
        pairs.map(([, after]) => after),
        "",
      ),
    );
  };
}

/** keras Cropping1D and 2D. */
export function cropping(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const input = inputOfRank(call, rank + 1);
    const pairs = withChannels(call, sides(call, "cropping", rank));
    const shape = input.shape.map((n, axis) => {
      const [before, after] = pairs[axis] as Pair;
      return n - before - after;
    });
    if (shape.some((n) => n < 1)) {
      throw new UserError(`it crops all of shape [${input.shape.join(", ")}]`, { where: call.where });
    }
    return nodes.result(
      nodes.slice(
        input,
        pairs.map(([before]) => before),
        shape,
        "",
      ),
    );
  };
}

/** keras UpSampling1D and 2D: each element repeated. */
export function upSampling(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const input = inputOfRank(call, rank + 1);
    call.config.require("interpolation", ["nearest"], "nearest");
    const size = call.config.counts("size", rank);
    const first = rank === 2 && isChannelsFirst(call) ? 1 : 0;
    const value = size.reduce((current, times, i) => {
      if (times === 1) return current;
      const axis = first + i;
      const length = (current.shape[axis] as number) * times;
      checkShape(
        current.shape.map((n, other) => (other === axis ? length : n)),
        call.where,
      );
      const indices = Array.from({ length }, (_, n) => Math.floor(n / times));
      return nodes.gather(current, axis, indices, rank === 2 && i === 0 ? "rows" : "");
    }, input);
    return nodes.result(value);
  };
}
