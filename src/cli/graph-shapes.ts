import type { ModelSource } from "../import/source.js";
import type { Config } from "./config.js";

/** The shapes that the inputs of a graph network have for its largest graph; nothing for any other model. */
export function graphShapes({ graph }: Config): Pick<ModelSource, "shapes"> {
  if (graph === undefined) return {};
  const { nodes, edges, node_features, edge_features, edge_index } = graph;
  return {
    shapes: {
      [node_features]: [nodes, undefined],
      ...(edge_features !== undefined && { [edge_features]: [edges, undefined] }),
      [edge_index]: [2, edges],
    },
  };
}
