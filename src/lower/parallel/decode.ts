import { completeNode, type NodeSketch } from "../../ir/fixed/build.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { typeOfUnit } from "../../ir/fixed-point.js";
import { perTensor } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { ONE } from "../../ir/ratio.js";

/** A graph whose scatters read hits; for planning only, since it does not say so in the Fixed language. */
export interface Decoded {
  readonly fixed: Fixed;
  /** The nodes that are not in the graph it was made of. */
  readonly added: readonly FixedNode[];
}

/**
 * Gives each scatter, in the place of its list of indices [E], hits [E, rows]: 1 where row e goes to row n. They are computed
 * once for each list and number of rows.
 */
export function decodeIndices(fixed: Fixed): Decoded {
  if (!fixed.nodes.some(({ op }) => op === "scatter")) return { fixed, added: [] };
  const nodes = nodesByName(fixed);
  const names = new Set(nodes.keys());
  const known = new Map<string, string>();
  const added: FixedNode[] = [];
  const decoded = fixed.nodes.flatMap((node): readonly FixedNode[] => {
    if (node.op !== "scatter") return [node];
    const [values, list] = node.inputs as [string, string];
    const key = `${node.rows} of ${list}`;
    const found = known.get(key);
    if (found !== undefined) return [{ ...node, inputs: [values, found] }];
    const own = hitsOf(node, nodes.get(list) as FixedNode, names);
    const hits = (own.at(-1) as FixedNode).name;
    known.set(key, hits);
    added.push(...own);
    return [...own, { ...node, inputs: [values, hits] }];
  });
  return { fixed: { ...fixed, nodes: decoded }, added };
}

/** The nodes that make hits of a list of indices, the hits last. */
function hitsOf(
  { name, rows }: FixedNodeOf<"scatter">,
  index: FixedNode,
  names: Set<string>,
): readonly FixedNode[] {
  const fresh = (suffix: string) => {
    let unique = `${name}.${suffix}`;
    for (let n = 2; names.has(unique); n++) unique = `${name}.${suffix}${n}`;
    names.add(unique);
    return unique;
  };
  const count = index.shape[0] as number;
  const nodes: FixedNode[] = [];
  const add = (sketch: NodeSketch, input: FixedNode): FixedNode => {
    const node = completeNode(sketch, [input]);
    nodes.push(node);
    return node;
  };
  const column = add(
    { op: "reshape", name: fresh("column"), inputs: [index.name], shape: [count, 1] },
    index,
  );
  const each = add(
    { op: "expand", name: fresh("each"), inputs: [column.name], shape: [count, rows] },
    column,
  );
  add(
    {
      ...{ op: "steps", name: fresh("hits"), inputs: [each.name] },
      steps: {
        per: "channel",
        items: Array.from({ length: rows }, (_, row) => ({
          levels: [BigInt(row), BigInt(row + 1)],
          values: [0n, 1n, 0n],
        })),
      },
      types: perTensor(typeOfUnit({ lo: 0n, hi: 1n }, ONE)),
    },
    each,
  );
  return nodes;
}
