import { completeNode, type NodeSketch } from "../ir/fixed/build.js";
import type { FixedNode } from "../ir/fixed/fixed.js";
import type { FixedType } from "../ir/fixed-point.js";
import type { Model, ModelNodeOf, ModelOp } from "../ir/model/model.js";
import type { Note } from "../ir/note.js";

/** The Fixed graph while it is built: nodes in order, names that no other node has, notes for the user. */
export class FixedBuilder {
  /** The model that is converted. */
  readonly model: Model;
  readonly #nodes = new Map<string, FixedNode>();
  readonly #notes: Note[] = [];
  readonly #names: Set<string>;
  readonly #types: Readonly<Record<string, FixedType>>;

  constructor(model: Model, types: Readonly<Record<string, FixedType>>) {
    this.model = model;
    this.#names = new Set(model.nodes.map(({ name }) => name));
    this.#types = types;
  }

  get nodes(): readonly FixedNode[] {
    return [...this.#nodes.values()];
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  /** A node that is already there. */
  node(name: string): FixedNode {
    return this.#nodes.get(name) as FixedNode;
  }

  /** The type that the configuration gives the node, if it does. */
  declaredType(name: string): FixedType | undefined {
    return Object.hasOwn(this.#types, name) ? this.#types[name] : undefined;
  }

  /** Completes a node from its inputs and appends it. */
  add(sketch: NodeSketch): FixedNode {
    return this.insert(
      completeNode(
        sketch,
        sketch.inputs.map((name) => this.node(name)),
      ),
    );
  }

  /** Appends a complete node. */
  insert(node: FixedNode): FixedNode {
    this.#nodes.set(node.name, node);
    return node;
  }

  /** A name that no node of either graph has: `name`, or with a number behind it. */
  fresh(name: string): string {
    let candidate = name;
    for (let n = 2; this.#names.has(candidate); n++) candidate = `${name}.${n}`;
    this.#names.add(candidate);
    return candidate;
  }

  /** Tells the user something about a node. */
  note(node: string, message: string): void {
    this.#notes.push({ where: `node '${node}'`, message });
  }
}

/** Turns one operator of the Model language into nodes, of which the last has the Model node's name. */
export type Converter<Op extends ModelOp> = (
  node: ModelNodeOf<Op>,
  inputs: readonly FixedNode[],
  builder: FixedBuilder,
) => void;
