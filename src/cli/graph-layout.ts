import { UserError } from "../ir/errors.js";
import type { GraphForm } from "../physics/tracker/fit.js";
import { CUT, GRAPH_SIZE } from "../quantize/index.js";
import type { Config } from "./config.js";
import type { Manifest } from "./manifest.js";

/** Which input of a graph network holds what, and its largest graph. */
export interface GraphLayout {
  readonly form: GraphForm;
  readonly inputs: {
    readonly nodeFeatures: string;
    readonly edgeFeatures: string | undefined;
    readonly edgeIndex: string;
  };
}

/** An input or output. */
interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * How a network with these inputs takes graphs; undefined where the configuration says nothing of graphs. Throws a UserError
 * for an input that the configuration does not name or that has another shape.
 */
export function graphLayout(
  { graph }: Pick<Config, "graph">,
  inputs: readonly Port[],
): GraphLayout | undefined {
  if (graph === undefined) return undefined;
  const { nodes, edges, node_features, edge_features, edge_index } = graph;
  const fail = (message: string, hint: string): never => {
    throw new UserError(message, { where: "graph", hint });
  };
  const axes = (
    name: string,
    wanted: readonly (number | undefined)[],
    described: string,
  ): readonly number[] => {
    const input = inputs.find((other) => other.name === name);
    const names = inputs.filter((other) => other.name !== GRAPH_SIZE).map((other) => `'${other.name}'`);
    if (input === undefined)
      return fail(`the model has no input '${name}'`, `Its inputs: ${names.join(", ")}.`);
    const fits = input.shape.length === wanted.length && input.shape.every((n, i) => n === (wanted[i] ?? n));
    if (fits) return input.shape;
    return fail(
      `input '${name}' has the shape [${input.shape.join(", ")}], not ${described}`,
      "Name the inputs and the largest graph in l1c.yaml as the model has them.",
    );
  };
  const [, nodeFeatures] = axes(node_features, [nodes, undefined], `[${nodes}, features]`);
  const edgeFeatures =
    edge_features === undefined
      ? undefined
      : axes(edge_features, [edges, undefined], `[${edges}, features]`)[1];
  axes(edge_index, [2, edges], `[2, ${edges}]`);
  const known = [node_features, edge_features, edge_index, GRAPH_SIZE];
  const other = inputs.find(({ name }) => !known.includes(name));
  if (other !== undefined) {
    fail(
      `it does not say what input '${other.name}' is`,
      edge_features === undefined
        ? `Where it holds the features of the edges: graph: { edge_features: ${other.name} }.`
        : "A graph network takes node features, edge features and an edge index.",
    );
  }
  return {
    form: { nodes, edges, nodeFeatures, edgeFeatures },
    inputs: { nodeFeatures: node_features, edgeFeatures: edge_features, edgeIndex: edge_index },
  };
}

/** What the manifest says of a graph network with these ports. */
export function describeGraph(
  config: Pick<Config, "graph">,
  { inputs, outputs }: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
): Pick<Manifest, "graph"> {
  const layout = graphLayout(config, inputs);
  if (layout === undefined) return {};
  const { nodes, edges } = layout.form;
  const { nodeFeatures, edgeFeatures, edgeIndex } = layout.inputs;
  const rowsOf = ({ name, shape }: Port) =>
    name === CUT ? "graph" : shape[0] === edges ? "edges" : shape[0] === nodes ? "nodes" : "graph";
  const scores = outputs.filter(
    (output) => rowsOf(output) === "edges" && output.shape.slice(1).every((n) => n === 1),
  );
  return {
    graph: {
      nodes,
      edges,
      inputs: {
        node_features: nodeFeatures,
        edge_features: edgeFeatures ?? null,
        edge_index: edgeIndex,
        graph_size: GRAPH_SIZE,
      },
      outputs: Object.fromEntries(outputs.map((output) => [output.name, rowsOf(output)])),
      scores: scores.length === 1 ? scores[0].name : null,
      cut: CUT,
    },
  };
}
