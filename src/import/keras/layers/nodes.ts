import { invariant } from "../../../ir/errors.js";
import type { ModelBinary, ModelNode, ModelReduce } from "../../../ir/model/model.js";
import { sizeOf, type Tensor } from "../../../ir/tensor.js";
import { checkShape, type LayerCall, type LayerResult, type Value } from "./handler.js";
import type { Parameter } from "./parameter.js";

type Own<Node> = Node extends ModelNode ? Omit<Node, "name" | "inputs" | "shape"> : never;

export type BinaryOp = ModelBinary<"add" | "subtract" | "multiply" | "maximum" | "minimum">["op"];

/**
 * The nodes of one call of a layer, collected in order of data flow. The main node has the layer's name; the others get
 * a suffix. Movements that move nothing make no node.
 */
export class Nodes {
  readonly #nodes: ModelNode[] = [];
  readonly #names = new Set<string>();
  readonly #layer: string;
  readonly #where: string;

  constructor({ name, where }: Pick<LayerCall, "name" | "where">) {
    this.#layer = name;
    this.#where = where;
  }

  /** Adds a node; an empty suffix makes it the main node. */
  add(suffix: string, node: Own<ModelNode>, inputs: readonly Value[], shape: readonly number[]): Value {
    const name = this.#unique(suffix);
    const added = {
      ...node,
      name,
      inputs: inputs.map((input) => input.name),
      shape: checkShape(shape, this.#where),
    } as ModelNode;
    this.#nodes.push(added);
    return { name, shape };
  }

  /** Appends the nodes of another part of the layer. */
  append({ nodes, output }: LayerResult): Value {
    for (const node of nodes) this.#names.add(node.name);
    this.#nodes.push(...nodes);
    return output;
  }

  result(output: Value): LayerResult {
    return { nodes: this.#nodes, output };
  }

  #unique(suffix: string): string {
    const base = suffix === "" ? this.#layer : `${this.#layer}.${suffix}`;
    let name = base;
    for (let n = 2; this.#names.has(name); n++) name = `${base}${n}`;
    this.#names.add(name);
    return name;
  }

  /** A node whose result has its input's shape. */
  map(suffix: string, node: Own<ModelNode>, input: Value): Value {
    return this.add(suffix, node, [input], input.shape);
  }

  constant(suffix: string, { tensor, quantizer }: Parameter): Value {
    return this.add(suffix, { op: "constant", value: tensor, quantizer }, [], tensor.shape);
  }

  reshape(input: Value, shape: readonly number[], suffix = "reshape"): Value {
    invariant(sizeOf(shape) === sizeOf(input.shape), "a reshape keeps the number of elements");
    return shape.join() === input.shape.join() ? input : this.add(suffix, { op: "reshape" }, [input], shape);
  }

  transpose(input: Value, permutation: readonly number[], suffix = "transpose"): Value {
    if (permutation.every((axis, i) => axis === i)) return input;
    const shape = permutation.map((axis) => input.shape[axis] as number);
    return this.add(suffix, { op: "transpose", permutation }, [input], shape);
  }

  /** NumPy's broadcast; an operand of fewer axes gets ones in front. */
  expand(input: Value, shape: readonly number[], suffix = "expand"): Value {
    const ones = shape.length - input.shape.length;
    const full = this.reshape(input, [...Array.from({ length: ones }, () => 1), ...input.shape]);
    return full.shape.join() === shape.join() ? full : this.add(suffix, { op: "expand" }, [full], shape);
  }

  pad(input: Value, before: readonly number[], after: readonly number[], suffix = "pad"): Value {
    if ([...before, ...after].every((n) => n === 0)) return input;
    const shape = input.shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number));
    return this.add(suffix, { op: "pad", before, after }, [input], shape);
  }

  slice(input: Value, starts: readonly number[], shape: readonly number[], suffix = "slice"): Value {
    if (shape.join() === input.shape.join()) return input;
    const steps = starts.map(() => 1);
    return this.add(suffix, { op: "slice", starts, steps }, [input], shape);
  }

  gather(input: Value, axis: number, indices: readonly number[], suffix = "gather"): Value {
    const shape = input.shape.map((n, i) => (i === axis ? indices.length : n));
    return this.add(suffix, { op: "gather", axis, indices }, [input], shape);
  }

  /** A binary operator on operands that NumPy would broadcast to the shape of the result. */
  binary(suffix: string, op: BinaryOp, a: Value, b: Value, shape: readonly number[] = a.shape): Value {
    return this.add(suffix, { op }, [this.expand(a, shape), this.expand(b, shape)], shape);
  }

  /** A reduction; `keep` leaves axes of size 1. */
  reduce(
    suffix: string,
    kind: ModelReduce["kind"],
    input: Value,
    axes: readonly number[],
    keep: boolean,
  ): Value {
    const shape = input.shape.filter((_, axis) => !axes.includes(axis));
    const reduced = this.add(suffix, { op: "reduce", kind, axes }, [input], shape);
    return keep
      ? this.reshape(
          reduced,
          input.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
        )
      : reduced;
  }

  /** multiplier · x + offset with exact numbers. */
  scale(suffix: string, input: Value, multiplier: number, offset: number): Value {
    const scalar = (value: number): Tensor<number> => ({ shape: [], data: [value] });
    return this.map(
      suffix,
      {
        op: "affine",
        multiplier: scalar(multiplier),
        offset: scalar(offset),
        multiplierQuantizer: undefined,
        offsetQuantizer: undefined,
      },
      input,
    );
  }
}
