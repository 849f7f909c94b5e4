import { UserError } from "../ir/errors.js";
import type { Fixed, FixedNode } from "../ir/fixed/fixed.js";
import { verifyFixed } from "../ir/fixed/verify.js";
import type { FixedType } from "../ir/fixed-point.js";
import { nodesByName } from "../ir/graph.js";
import type { Model, ModelNode, ModelNodeOf, ModelOp } from "../ir/model/model.js";
import type { Note } from "../ir/note.js";
import { type Converter, FixedBuilder } from "./builder.js";
import { noteFloat32 } from "./float32.js";
import { buildFunction } from "./operators/function.js";
import { CONVERTERS } from "./operators/index.js";
import { buildSoftmax } from "./operators/softmax.js";

/** A Fixed graph, and what the user should know about how it came about. */
export interface Quantized {
  readonly fixed: Fixed;
  readonly notes: readonly Note[];
}

/**
 * Turns a model whose training fixed all types into an integer graph: exact but for quantizers, function tables and
 * softmax. Throws a UserError that names the node where a type is missing.
 */
export function quantizeModel(model: Model, types: Readonly<Record<string, FixedType>> = {}): Quantized {
  checkTypes(model, types);
  const builder = new FixedBuilder(model, types);
  const nodes = nodesByName(model);
  const fused = fusedFunctions(model, nodes, types);
  for (const node of model.nodes) {
    if (fused.has(node.name)) continue;
    const source = node.op === "quantize" ? fused.get(node.inputs[0] as string) : undefined;
    if (node.op === "quantize" && source !== undefined) {
      const input = builder.node(source.inputs[0] as string);
      if (source.op === "function") buildFunction(source, input, node.quantizer, node.name, builder);
      else buildSoftmax(source, input, node.quantizer, node.name, builder);
    } else {
      const inputs = node.inputs.map((name) => builder.node(name));
      converterOf(node.op)(node as never, inputs, builder);
    }
  }
  const fixed = { name: model.name, nodes: builder.nodes, outputs: model.outputs };
  verifyFixed(fixed);
  return { fixed, notes: [...builder.notes, ...noteFloat32(model, fixed)] };
}

function converterOf(
  op: ModelOp,
): (node: never, inputs: readonly FixedNode[], builder: FixedBuilder) => void {
  return CONVERTERS[op] as unknown as Converter<never>;
}

/**
 * Functions and softmaxes that only quantizers read: each of those becomes the function's own, so that its values are
 * rounded once. With a type of its own from the configuration a function keeps it.
 */
function fusedFunctions(
  model: Model,
  nodes: ReadonlyMap<string, ModelNode>,
  types: Readonly<Record<string, FixedType>>,
): ReadonlyMap<string, ModelNodeOf<"function"> | ModelNodeOf<"softmax">> {
  const read = new Set(model.outputs.map(({ value }) => value));
  const quantized = new Set<string>();
  for (const node of model.nodes) {
    for (const input of node.inputs) (node.op === "quantize" ? quantized : read).add(input);
  }
  const fused = new Map<string, ModelNodeOf<"function"> | ModelNodeOf<"softmax">>();
  for (const name of quantized) {
    const node = nodes.get(name) as ModelNode;
    if (node.op !== "function" && node.op !== "softmax") continue;
    if (!read.has(name) && !Object.hasOwn(types, name)) fused.set(name, node);
  }
  return fused;
}

/** Throws a UserError for a type of the configuration that nothing takes. */
function checkTypes(model: Model, types: Readonly<Record<string, FixedType>>): void {
  const takers = model.nodes.filter(({ op }) => op === "input" || op === "function" || op === "softmax");
  for (const name of Object.keys(types)) {
    if (takers.some((node) => node.name === name)) continue;
    const other = model.nodes.find((node) => node.name === name);
    throw new UserError(
      other === undefined
        ? "the model has no node of this name"
        : `'${name}' is a ${other.op}: its type follows from its inputs`,
      {
        where: `types: ${name}`,
        hint: `Types can be given for ${takers.map((node) => `'${node.name}'`).join(", ") || "no node of this model"}.`,
      },
    );
  }
}
