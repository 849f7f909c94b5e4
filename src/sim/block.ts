import { InternalError, invariant } from "../ir/errors.js";
import { sizeOf } from "../ir/tensor.js";
import { allocate, type IntegerArray } from "./elements.js";
import type { Block, Simulator, Values } from "./simulator.js";

/** Runs the events of a block one by one. */
export function traceBlock(
  { inputs, nodes }: Pick<Simulator, "inputs" | "nodes">,
  trace: Simulator["trace"],
  block: Block,
): Values {
  const wanted = block.nodes.map((name) => {
    const port = nodes.find((node) => node.name === name);
    invariant(port !== undefined, `there is no node '${name}'`);
    return port;
  });
  const results = wanted.map(({ name, shape, elements }) => {
    return [name, allocate(elements, block.count * sizeOf(shape))] as const;
  });
  for (let event = 0; event < block.count; event++) {
    const values = trace(
      Object.fromEntries(
        inputs.map((port) => [port.name, eventOf(block.inputs[port.name], event, sizeOf(port.shape))]),
      ),
    );
    for (const [name, array] of results) copyInto(array, values[name], event * values[name].length);
  }
  return Object.fromEntries(results);
}

/** The part of a block's array that belongs to one event of `size` elements. */
export function eventOf(array: IntegerArray, event: number, size: number): IntegerArray {
  const [from, to] = [event * size, (event + 1) * size];
  return Array.isArray(array) ? array.slice(from, to) : array.subarray(from, to);
}

/** Copies an array into another of the same elements. */
function copyInto(target: IntegerArray, source: IntegerArray, at: number): void {
  if (target instanceof Int32Array && source instanceof Int32Array) target.set(source, at);
  else if (target instanceof Float64Array && source instanceof Float64Array) target.set(source, at);
  else if (Array.isArray(target) && Array.isArray(source))
    source.forEach((k, i) => void (target[at + i] = k));
  else throw new InternalError("arrays of different elements");
}
