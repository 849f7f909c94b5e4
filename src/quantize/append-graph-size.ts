import { UserError } from "../ir/errors.js";
import { type FixedType, intervalBits, sameType } from "../ir/fixed-point.js";
import { perChannel } from "../ir/granular.js";
import type { Model, ModelNode } from "../ir/model/model.js";
import { unusedName } from "./unused-name.js";

/** The input that holds how many nodes and edges a graph has, before it was cut to the largest that the network takes. */
export const GRAPH_SIZE = "graph_size";
/** The output that is 1 where the graph has more nodes or edges than the network takes. */
export const CUT = "cut";

/**
 * Gives a graph network the input {@link GRAPH_SIZE}, [nodes, edges], and the output {@link CUT}, which is 1 where there are more
 * than the largest graph has. Both numbers saturate in types that hold one more than that. Throws a UserError where the
 * model has an input or output of these names, or `types` gives the input a type: it would have to saturate elsewhere.
 */
export function appendGraphSize(
  model: Model,
  largest: { readonly nodes: number; readonly edges: number },
  types: Readonly<Record<string, FixedType>> = {},
): Model {
  const inputs = model.nodes.filter(({ op }) => op === "input");
  for (const [kind, names, name] of [
    ["input", inputs, GRAPH_SIZE],
    ["output", model.outputs, CUT],
  ] as const) {
    if (!names.some((other) => other.name === name)) continue;
    throw new UserError(
      `the model has an ${kind} '${name}', and the firmware of a graph network has its own`,
      {
        where: "graph",
        hint: `Rename the ${kind} of the model.`,
      },
    );
  }
  if (Object.hasOwn(types, GRAPH_SIZE)) {
    throw new UserError("its type follows from graph.nodes and graph.edges", {
      where: `types: ${GRAPH_SIZE}`,
      hint: "Leave it out.",
    });
  }
  const name = (wanted: string) => unusedName(model, wanted);
  const limits = [largest.nodes + 1, largest.edges + 1];
  const counts = limits.map((limit): FixedType => {
    const { width } = intervalBits({ lo: 0n, hi: BigInt(limit) });
    return { signed: false, width, integer: width };
  });
  const size: ModelNode = { op: "input", name: name(GRAPH_SIZE), inputs: [], shape: [2] };
  const counted: ModelNode = {
    op: "quantize",
    name: name(`${GRAPH_SIZE}_counted`),
    inputs: [size.name],
    shape: [2],
    quantizer: { types: perChannel(counts, sameType), rounding: "TRN", overflow: "SAT" },
  };
  const beyond = limits.flatMap((level, i): readonly [ModelNode, ModelNode] => {
    const what = i === 0 ? "nodes" : "edges";
    const one: ModelNode = {
      ...{ op: "slice", name: name(`${GRAPH_SIZE}_${what}`), inputs: [counted.name], shape: [1] },
      ...{ starts: [i], steps: [1] },
    };
    const over: ModelNode = {
      ...{ op: "threshold", name: name(`${CUT}_${what}`), inputs: [one.name], shape: [1] },
      ...{ level, strict: false },
    };
    return [one, over];
  });
  const cut: ModelNode = {
    op: "maximum",
    name: name(CUT),
    inputs: [beyond[1].name, beyond[3].name],
    shape: [1],
  };
  return {
    ...model,
    nodes: [...model.nodes, size, counted, ...beyond, cut],
    outputs: [...model.outputs, { name: CUT, value: cut.name }],
  };
}
