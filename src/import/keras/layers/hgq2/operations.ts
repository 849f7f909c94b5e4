import { UserError } from "../../../../ir/errors.js";
import { sizeOf } from "../../../../ir/tensor.js";
import { roundHalfEven } from "../../hgq2/bits.js";
import { contract } from "../contract.js";
import { type LayerCall, type LayerHandler, onlyInput, type Value } from "../handler.js";
import { severalInputs } from "../merging.js";
import { Nodes } from "../nodes.js";

/** The axes over which a layer sums, without the batch axis. */
function summedAxes(call: LayerCall, input: Value): readonly number[] {
  const axes = call.config.axes("axes", input.shape.length + 1, -1).map((axis) => axis - 1);
  if (axes.includes(-1)) call.config.wrongType("axes", "axes without the batch axis");
  return [...axes].sort((a, b) => a - b);
}

/** 2 to the power that is nearest to 1 / n, as QMeanPow2 and QAveragePow2 round it. */
export function nearestPowerBelow(count: number): number {
  return 2 ** roundHalfEven(Math.log2(1 / count));
}

/** hgq QSum and QMeanPow2 (hgq/layers/ops/accum.py): a sum times a power of two. */
export function sum(scaleOf: (call: LayerCall, count: number) => number): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const input = onlyInput(call);
    const axes = summedAxes(call, input);
    const scale = scaleOf(call, sizeOf(axes.map((axis) => input.shape[axis] as number)));
    const plain = scale === 1;
    const total = nodes.reduce(plain ? "" : "sum", "sum", input, axes, call.config.flag("keepdims", false));
    return nodes.result(plain ? total : nodes.scale("", total, scale, 0));
  };
}

/** The scale that the file states. */
export function statedScale({ config }: LayerCall): number {
  return config.number("scale", 1);
}

/** hgq QEinsum (hgq/layers/ops/einsum.py): a sum of products of values that depend on the event. */
export const qEinsum: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const inputs = severalInputs(call, 1);
  const text = call.config.string("equation");
  const [left, out] = text.replaceAll(" ", "").split("->");
  const terms = left?.split(",") ?? [];
  const batch = terms[0]?.[0];
  const letters = (term: string | undefined) =>
    term !== undefined && /^[a-zA-Z]+$/.test(term) && term[0] === batch;
  const fits =
    terms.length === inputs.length &&
    terms.every((term, i) => term.length === (inputs[i] as Value).shape.length + 1);
  const distinct = terms.every((term) => new Set(term).size === term.length);
  if (
    !fits ||
    !distinct ||
    ![...terms, out].every(letters) ||
    [...(out as string)].some((axis) => !left?.includes(axis))
  ) {
    throw new UserError(`its equation '${text}' is not supported`, {
      where: call.where,
      hint: "Supported: the batch axis first in every operand, no letter twice in one.",
    });
  }
  const operands = inputs.map((value, i) => ({ value, axes: [...(terms[i] as string)].slice(1) }));
  return nodes.result(contract(nodes, "", operands, [...(out as string)].slice(1), call.where));
};
