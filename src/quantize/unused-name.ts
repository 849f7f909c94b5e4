import type { Model } from "../ir/model/model.js";

/** A name that no node of the model has: `name`, with as many suffixes as that takes. */
export function unusedName(model: Model, name: string, suffix = "_"): string {
  let candidate = name;
  while (model.nodes.some((node) => node.name === candidate)) candidate = `${candidate}${suffix}`;
  return candidate;
}
