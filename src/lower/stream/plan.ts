import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedConv2d, FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { isPointwise, type PointwiseNode } from "../../ir/fixed/pointwise.js";
import { useCounts } from "../../ir/graph.js";

/** One layer of the stream: at most one convolution and the pointwise operations behind it. */
export interface StreamLayer {
  /** The name of its first node. */
  readonly name: string;
  readonly source: FixedNode;
  readonly conv: FixedConv2d | undefined;
  readonly pointwise: readonly PointwiseNode[];
  /** The node whose value leaves the layer. */
  readonly result: FixedNode;
}

export interface StreamPlan {
  readonly input: FixedInput;
  readonly layers: readonly StreamLayer[];
  readonly outputName: string;
}

/** Cuts a chain of image operations into layers. Throws a UserError that names the node that does not fit. */
export function planStream(fixed: Fixed): StreamPlan {
  const inputs = fixed.nodes.filter((node) => node.op === "input");
  const [input] = inputs;
  const [output] = fixed.outputs;
  if (input === undefined || output === undefined || inputs.length !== 1 || fixed.outputs.length !== 1) {
    throw new UserError(
      `streaming firmware takes one input and gives one output; this model has ${inputs.length} and ${fixed.outputs.length}`,
      { where: `model '${fixed.name}'` },
    );
  }
  if (input.shape.length !== 3) {
    throw new UserError(
      `streaming firmware takes an image (rows, columns, channels), found [${input.shape.join(", ")}]`,
      {
        where: `input '${input.name}'`,
      },
    );
  }
  checkChain(fixed);
  const layers: StreamLayer[] = [];
  let source: FixedNode = input;
  let rest = fixed.nodes.filter((node) => node.op !== "input");
  while (rest.length > 0) {
    const [first] = rest as [FixedNode];
    const conv = first.op === "conv2d" ? first : undefined;
    const behind = conv === undefined ? rest : rest.slice(1);
    const end = behind.findIndex((node) => !isPointwise(node));
    const pointwise = (end < 0 ? behind : behind.slice(0, end)).filter(isPointwise);
    const result: FixedNode = pointwise.at(-1) ?? first;
    layers.push({ name: first.name, source, conv, pointwise, result });
    rest = rest.slice(pointwise.length + (conv === undefined ? 0 : 1));
    source = result;
  }
  if (layers.length === 0) {
    throw new UserError("the model computes nothing: its output is its input", {
      where: `model '${fixed.name}'`,
    });
  }
  return { input, layers, outputName: output.name };
}

/** A stream has convolutions that look at every position, and what looks at one value at a time. */
function checkOperator(node: FixedNode): void {
  const where = `node '${node.name}'`;
  const refused = (what: string) =>
    new UserError(`streaming firmware does not take ${what}`, {
      where,
      hint: "Lower the model with the parallel architecture, which takes every operator.",
    });
  if (node.op === "input" || isPointwise(node)) return;
  if (node.op !== "conv2d") throw refused(`the operator '${node.op}'`);
  if (node.strides.rows !== 1 || node.strides.columns !== 1) throw refused("strides");
  if (node.dilations.rows !== 1 || node.dilations.columns !== 1) throw refused("dilations");
  if (node.groups !== 1) throw refused("groups");
}

/** Each node reads the one before it and only the last one is the output. */
function checkChain(fixed: Fixed): void {
  const uses = useCounts(fixed);
  fixed.nodes.forEach((node, i) => {
    const where = `node '${node.name}'`;
    if (i > 0 && node.inputs[0] !== fixed.nodes[i - 1]?.name) {
      throw new UserError("streaming firmware takes a chain of layers, without branches", { where });
    }
    if (uses.get(node.name) !== 1) throw new UserError("its value is used in several places", { where });
    checkOperator(node);
    if (node.types.per === "element" || node.ranges.per === "element") {
      throw new UserError(
        "its types differ between positions; a stream repeats one computation at all positions",
        { where },
      );
    }
  });
}
