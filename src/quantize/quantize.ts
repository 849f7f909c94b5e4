import { UserError } from "../ir/errors.js";
import { completeNode } from "../ir/fixed/build.js";
import type { Fixed, FixedInput, FixedNode } from "../ir/fixed/fixed.js";
import { verifyFixed } from "../ir/fixed/verify.js";
import { type FixedType, sameType, typeRange } from "../ir/fixed-point.js";
import { type Granular, mapGranular, perTensor } from "../ir/granular.js";
import type { Model, ModelInput, ModelNode, Quantizer } from "../ir/model/model.js";
import { quantizeConv2d } from "./conv2d.js";
import { thresholdLevels } from "./threshold.js";

export interface QuantizeOptions {
  /** Types of inputs that the model does not fix, by input name. */
  readonly inputTypes?: Readonly<Record<string, FixedType>>;
}

/**
 * Turns a model whose training fixed all types into an exact integer graph. Throws a UserError that names the node
 * where a type is missing or an operator has no exact form.
 */
export function quantizeModel(model: Model, options: QuantizeOptions = {}): Fixed {
  const done = new Map<string, FixedNode>();
  for (const node of model.nodes) done.set(node.name, convert(node, model, done, options));
  const fixed = { name: model.name, nodes: [...done.values()], outputs: model.outputs };
  verifyFixed(fixed);
  return fixed;
}

function convert(
  node: ModelNode,
  model: Model,
  done: ReadonlyMap<string, FixedNode>,
  options: QuantizeOptions,
): FixedNode {
  const { name, inputs } = node;
  const sources = inputs.map((input) => done.get(input) as FixedNode);
  switch (node.op) {
    case "input":
      return quantizeInput(node, model, options.inputTypes?.[name]);
    case "quantize": {
      const { types, rounding, overflow } = node.quantizer;
      return completeNode({ op: "requantize", name, inputs, types, rounding, overflow }, sources);
    }
    case "conv2d":
      return completeNode(quantizeConv2d(node, sources[0] as FixedNode), sources);
    case "relu":
      return completeNode({ op: "relu", name, inputs }, sources);
    case "threshold":
      return completeNode(
        { op: "threshold", name, inputs, levels: thresholdLevels(node, sources[0] as FixedNode) },
        sources,
      );
    case "sigmoid":
      throw new UserError("a sigmoid has no exact fixed-point form", {
        where: `node '${name}'`,
        hint: "Where it gives the output, set output.threshold in l1c.yaml: it then becomes a comparison on its input.",
      });
  }
}

/**
 * An input takes the type that the configuration gives it (rounded to nearest, saturated), or all of the quantizer that
 * reads it: type, rounding and overflow, so that integers from physical values are those of the model.
 */
function quantizeInput(node: ModelInput, model: Model, declared: FixedType | undefined): FixedInput {
  const quantizer: Quantizer =
    declared === undefined
      ? quantizerOfReaders(node, model)
      : { types: perTensor(declared), rounding: "RND", overflow: "SAT" };
  const { types, rounding, overflow } = quantizer;
  const { name, inputs, shape } = node;
  return {
    op: "input",
    name,
    inputs,
    shape,
    types,
    ranges: mapGranular(types, typeRange),
    rounding,
    overflow,
  };
}

function quantizerOfReaders(node: ModelInput, model: Model): Quantizer {
  const where = `input '${node.name}'`;
  const hint = `Give its type in l1c.yaml, e.g. inputs: { ${node.name}: { type: "fixed<8,3>" } }.`;
  const readers = model.nodes.filter((reader) => reader.inputs.includes(node.name));
  const quantizers = readers.map((reader): Quantizer => {
    if (reader.op === "quantize") return reader.quantizer;
    throw new UserError(`'${reader.name}' reads it without a quantizer, so the model does not fix its type`, {
      where,
      hint,
    });
  });
  const [first] = quantizers;
  if (first === undefined)
    throw new UserError("nothing reads it, so the model does not fix its type", { where, hint });
  if (quantizers.some((other) => !sameQuantizer(other, first))) {
    throw new UserError("its readers quantize it in different ways", { where, hint });
  }
  return first;
}

function sameQuantizer(a: Quantizer, b: Quantizer): boolean {
  return a.rounding === b.rounding && a.overflow === b.overflow && sameTypes(a.types, b.types);
}

function sameTypes(a: Granular<FixedType>, b: Granular<FixedType>): boolean {
  return a.per === b.per && a.items.every((type, i) => sameType(type, b.items[i] as FixedType));
}
