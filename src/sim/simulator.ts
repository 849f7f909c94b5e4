import { UserError } from "../ir/errors.js";
import type { Fixed, FixedValue } from "../ir/fixed/fixed.js";
import { nodesByName } from "../ir/graph.js";
import { hullOf } from "../ir/interval.js";
import { sizeOf } from "../ir/tensor.js";
import { type Elements, elementsFor, type IntegerArray } from "./elements.js";

/** A named tensor of a graph: an input, an output, or the value of a node. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: Elements;
}

/** Tensors by name, each row-major. */
export type Values = Readonly<Record<string, IntegerArray>>;

/** Many events at once: for each input, the integers of all events, one event after the other. */
export interface Block {
  readonly count: number;
  readonly inputs: Values;
  /** The nodes whose values are wanted (`fixed.outputs` says which nodes the outputs are). */
  readonly nodes: readonly string[];
}

/**
 * What all engines share: a Fixed graph that runs one event at a time. The inputs' integers must lie within their
 * proven ranges (`inputs.ts` makes such). The arrays returned belong to the simulator and hold until its next call.
 */
export interface Simulator {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The value of every node, inputs included, in the graph's order. */
  readonly nodes: readonly Port[];
  /** The outputs, by output name. */
  run(inputs: Values): Values;
  /** The value of every node, by node name. */
  trace(inputs: Values): Values;
  /** The wanted values of all events of a block, by node name, one event after the other, in arrays of their own. */
  runBlock(block: Block): Values;
}

/** The ports of a graph: the same for every engine. */
export function portsOf(fixed: Fixed): Pick<Simulator, "inputs" | "outputs" | "nodes"> {
  const nodes = nodesByName(fixed);
  return {
    inputs: fixed.nodes.filter(({ op }) => op === "input").map((node) => portOf(node.name, node)),
    outputs: fixed.outputs.map(({ name, value }) => portOf(name, nodes.get(value) as FixedValue)),
    nodes: fixed.nodes.map((node) => portOf(node.name, node)),
  };
}

function portOf(name: string, value: FixedValue): Port {
  return { name, shape: value.shape, elements: elementsFor(hullOf(value.ranges)) };
}

/** The array of an input. Throws a UserError when it is missing or of another length. */
export function inputArray(inputs: Values, { name, shape }: Port): IntegerArray {
  const where = `input '${name}'`;
  const array = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (array === undefined) {
    throw new UserError("it has no values", {
      where,
      hint: `Values are given for: ${Object.keys(inputs).join(", ") || "nothing"}.`,
    });
  }
  if (array.length !== sizeOf(shape)) {
    throw new UserError(`${array.length} values for shape [${shape.join(", ")}]`, { where });
  }
  return array;
}
