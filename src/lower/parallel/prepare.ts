import { completeNode, type NodeSketch } from "../../ir/fixed/build.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { typeOfUnit } from "../../ir/fixed-point.js";
import { perTensor } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { ONE } from "../../ir/ratio.js";

/** A graph whose scatters read prepared values; for planning only, since it does not say so in the Fixed language. */
export interface Prepared {
  readonly fixed: Fixed;
  /** The nodes that are not in the graph it was made of. */
  readonly added: readonly FixedNode[];
}

/**
 * Computes what all rows of a scatter's result share, once: the scatter then reads, besides its values [E, …F],
 *
 * - in the place of its list of indices [E], hits [E, rows]: 1 where row e goes to row n;
 * - pairs [⌊E / 2⌋, …F]: rows 2i and 2i + 1 joined, added or the larger one, so that a row of the result only chooses; one
 *   row alone has none. One
 *   row alone has none.
 */
export function prepareScatters(fixed: Fixed): Prepared {
  if (!fixed.nodes.some(({ op }) => op === "scatter")) return { fixed, added: [] };
  const nodes = nodesByName(fixed);
  const names = new Set(nodes.keys());
  const added: FixedNode[] = [];
  const known = new Map<string, string>();
  /** The name of what `make` gives, made once for each key. */
  const once = (key: string, make: () => readonly FixedNode[]): string => {
    const own = known.has(key) ? [] : make();
    added.push(...own);
    const name = own.at(-1)?.name ?? (known.get(key) as string);
    known.set(key, name);
    return name;
  };
  const prepared = fixed.nodes.flatMap((node): readonly FixedNode[] => {
    if (node.op !== "scatter") return [node];
    const [values, index] = node.inputs as [string, string];
    const before = added.length;
    const hits = once(`${node.rows} of ${index}`, () => hitsOf(node, nodes.get(index) as FixedNode, names));
    const rows = nodes.get(values) as FixedNode;
    const pairs = () => once(`${node.kind} of ${values}`, () => pairsOf(node, rows, names));
    const inputs = [values, hits, ...((rows.shape[0] as number) > 1 ? [pairs()] : [])];
    return [...added.slice(before), { ...node, inputs }];
  });
  return { fixed: { ...fixed, nodes: prepared }, added };
}

/** The nodes that make hits of a list of indices, the hits last. */
function hitsOf(
  { name, rows }: FixedNodeOf<"scatter">,
  index: FixedNode,
  names: Set<string>,
): readonly FixedNode[] {
  const count = index.shape[0] as number;
  const column = complete({ op: "reshape", name: `${name}.column`, shape: [count, 1] }, [index], names);
  const each = complete({ op: "expand", name: `${name}.each`, shape: [count, rows] }, [column], names);
  const isRow = Array.from({ length: rows }, (_, row) => ({
    levels: [BigInt(row), BigInt(row + 1)],
    values: [0n, 1n, 0n],
  }));
  const hits = complete(
    {
      ...{ op: "steps", name: `${name}.hits`, steps: { per: "channel", items: isRow } },
      types: perTensor(typeOfUnit({ lo: 0n, hi: 1n }, ONE)),
    },
    [each],
    names,
  );
  return [column, each, hits];
}

/** The nodes that join neighbouring rows, the pairs last. */
function pairsOf(
  { name, kind }: FixedNodeOf<"scatter">,
  values: FixedNode,
  names: Set<string>,
): readonly FixedNode[] {
  const [count, ...inner] = values.shape as [number, ...number[]];
  const every = (first: number): FixedNode =>
    complete(
      {
        ...{ op: "slice", name: `${name}.${first === 0 ? "even" : "odd"}` },
        ...{ shape: [Math.floor(count / 2), ...inner] },
        ...{ starts: values.shape.map((_, axis) => (axis === 0 ? first : 0)) },
        ...{ steps: values.shape.map((_, axis) => (axis === 0 ? 2 : 1)) },
      },
      [values],
      names,
    );
  const [even, odd] = [every(0), every(1)];
  const op = kind === "sum" ? "add" : "maximum";
  return [even, odd, complete({ op, name: `${name}.pairs` }, [even, odd], names)];
}

type Nameless<Sketch> = Sketch extends NodeSketch ? Omit<Sketch, "inputs"> : never;

/** Completes a node under a name that is not taken. */
function complete(sketch: Nameless<NodeSketch>, inputs: readonly FixedNode[], names: Set<string>): FixedNode {
  const name = unusedName(sketch.name, names);
  return completeNode({ ...sketch, name, inputs: inputs.map((input) => input.name) } as NodeSketch, inputs);
}

/** A name that is not among these, which it joins. */
export function unusedName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let n = 2; names.has(name); n++) name = `${wanted}${n}`;
  names.add(name);
  return name;
}
