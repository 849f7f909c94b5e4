import { nodesByName, useCounts } from "../../ir/graph.js";
import type { Model, ModelNode, ModelOp } from "../../ir/model/model.js";
import { isMovement } from "../../ir/movement.js";

/** A place where a value may be quantized. */
export interface QuantizerSite {
  /** The node that computes it: an input, a constant, or arithmetic whose result needs more bits than its operands. */
  readonly layer: string;
  /** The node behind which the quantizer goes: the layer itself, or the end of its activation. */
  readonly end: string;
  /** Whether something needs the value quantized; else only an override puts a quantizer there. */
  readonly needed: boolean;
}

/** Operators whose results need more bits than their operands. */
const GROWING: ReadonlySet<ModelOp> = new Set([
  "conv2d",
  "dense",
  "affine",
  "add",
  "subtract",
  "multiply",
  "function",
  "softmax",
  "steps",
]);
/** Operators of one value that belong to the layer before them. */
const ACTIVATIONS: ReadonlySet<ModelOp> = new Set(["relu", "leaky_relu", "clamp", "absolute"]);

function grows(node: ModelNode): boolean {
  if (node.op === "pool2d") return node.kind === "average";
  if (node.op === "reduce" || node.op === "scatter") return node.kind === "sum" || node.kind === "mean";
  return GROWING.has(node.op);
}

/** Whether an operator hands on values of its operands without computing new ones. */
function handsOn(node: ModelNode): boolean {
  if (node.op === "pool2d") return node.kind === "max";
  if (node.op === "reduce") return node.kind === "max" || node.kind === "min";
  if (node.op === "scatter") return node.kind === "max";
  const others: readonly ModelOp[] = ["maximum", "minimum", "select", "index_select"];
  return isMovement(node) || ACTIVATIONS.has(node.op) || others.includes(node.op);
}

/** All places of a model where a quantizer may go, in the order of their layers. Values that quantizers read are none. */
export function quantizerSites(model: Model): readonly QuantizerSite[] {
  const readers = readersOf(model);
  const nodes = nodesByName(model);
  const uses = useCounts(model);
  const sites: QuantizerSite[] = [];
  for (const node of model.nodes) {
    if (node.op !== "input" && node.op !== "constant" && !grows(node)) continue;
    if (node.op === "constant" && node.quantizer !== undefined) continue;
    const end = node.op === "input" || node.op === "constant" ? node : activationEnd(node);
    if (quantizedBy(end)) continue;
    if (node.op === "input" && isIndex(node)) continue;
    const needed = node.op === "input" || readByArithmetic(end);
    sites.push({ layer: node.name, end: end.name, needed });
  }
  return sites;

  function activationEnd(layer: ModelNode): ModelNode {
    let end = layer;
    for (;;) {
      const [next] = readers.get(end.name) ?? [];
      if (next === undefined || uses.get(end.name) !== 1 || !ACTIVATIONS.has(next.op)) return end;
      end = nodes.get(next.name) as ModelNode;
    }
  }

  /** Whether quantizers read the value, also behind movements, and nothing else does. */
  function quantizedBy(node: ModelNode): boolean {
    const all = readers.get(node.name) ?? [];
    if (all.length === 0 || all.length !== uses.get(node.name)) return false;
    return all.every((reader) => reader.op === "quantize" || (isMovement(reader) && quantizedBy(reader)));
  }

  /** Whether a value is read as index only, also behind movements: it is a whole number as it is. */
  function isIndex(node: ModelNode): boolean {
    const all = readers.get(node.name) ?? [];
    if (all.length === 0 || model.outputs.some(({ value }) => value === node.name)) return false;
    return all.every((reader) => {
      if (reader.op === "index_select" || reader.op === "scatter") return reader.inputs[0] !== node.name;
      return isMovement(reader) && isIndex(reader);
    });
  }

  function readByArithmetic(node: ModelNode): boolean {
    return (readers.get(node.name) ?? []).some(
      (reader) => grows(reader) || (handsOn(reader) && readByArithmetic(reader)),
    );
  }
}

function readersOf(model: Model): ReadonlyMap<string, readonly ModelNode[]> {
  const readers = new Map<string, ModelNode[]>();
  for (const node of model.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  return readers;
}
