import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { liveNodes, nodesByName } from "../../ir/graph.js";
import { ONE, over, ratio, times } from "../../ir/ratio.js";
import { type Pace, paceOf, type Space, sameSpace } from "./pace.js";
import { checkUniform, pixelForm, type Role, refused, roleOf, SAME_PIXEL, type Window } from "./pixel.js";

/** A value that a region reads, and which pixels of it. */
export interface Read {
  readonly value: string;
  readonly window: Window;
  readonly outside: "zero" | "lowest";
}

/** Nodes that together compute one pixel: a window or pixels of other values, and what follows pixel by pixel. */
export interface Region {
  /** The name of its first node. */
  readonly name: string;
  readonly reads: readonly Read[];
  /** The nodes as they compute one pixel (rows and columns are 1), constants included. */
  readonly nodes: readonly FixedNode[];
  /** The values that others read, or that are outputs. */
  readonly results: readonly string[];
}

/** Each row (axis 0) or column (axis 1) of a value `factor` times. */
export interface Enlarge {
  readonly name: string;
  readonly source: string;
  readonly axis: 0 | 1;
  readonly factor: number;
}

export interface RasterPlan {
  readonly inputs: readonly FixedInput[];
  /** In an order in which everything comes after what it reads. */
  readonly parts: readonly (Region | Enlarge)[];
  /** The image of each value that is an input or leaves a part. */
  readonly spaces: ReadonlyMap<string, Space>;
  readonly pace: Pace;
}

/** A region while nodes are added to it. */
interface OpenRegion {
  readonly name: string;
  readonly reads: readonly Read[];
  readonly nodes: FixedNode[];
}

/** Cuts a graph of images with rows and columns first into regions. Throws a UserError that names the node that does not fit. */
export function planRaster(fixed: Fixed): RasterPlan {
  const inputs = inputsOf(fixed);
  const nodes = nodesByName(fixed);
  const live = liveNodes(fixed);
  const spaces = new Map<string, Space>();
  const home = new Map<string, OpenRegion>();
  const parts: (OpenRegion | Enlarge)[] = [];
  const inputSpace = spaceOf(inputs[0] as FixedInput, ONE, ONE);
  for (const input of inputs) spaces.set(input.name, inputSpace);

  /** Puts a node and its constants into a region. */
  const add = (region: OpenRegion, node: FixedNode): void => {
    for (const name of node.inputs) {
      const operand = nodes.get(name) as FixedNode;
      const known = region.nodes.some((own) => own.name === name);
      if (operand.op === "constant" && !known) region.nodes.push(pixelForm(operand));
    }
    region.nodes.push(pixelForm(node));
    home.set(node.name, region);
  };
  const open = (node: FixedNode, reads: readonly Read[]): void => {
    const region = { name: node.name, reads, nodes: [] };
    parts.push(region);
    add(region, node);
  };

  for (const node of fixed.nodes) {
    if (!live.has(node.name) || node.op === "input" || node.op === "constant") continue;
    const operands = node.inputs.map((name) => nodes.get(name) as FixedNode);
    const read = [...new Set(operands.filter(({ op }) => op !== "constant").map(({ name }) => name))];
    const role = roleOf(
      node,
      operands.map(({ shape }) => shape),
    );
    checkUniform(node);
    const source = read[0] as string;
    const before = spaces.get(source) as Space;
    const other = read.find((name) => !sameSpace(before, spaces.get(name) as Space));
    if (other !== undefined) {
      const [a, b] = [source, other].map((name) => `'${name}' (${rateOf(spaces.get(name) as Space)})`);
      throw refused(node, `reads values whose pixels come at different rates: ${a} and ${b}`);
    }
    spaces.set(node.name, resultSpace(node, role, before));
    if (role.kind === "enlarge") {
      parts.push({ name: node.name, source, axis: role.axis, factor: role.factor });
    } else if (role.kind === "window") {
      open(node, [{ value: source, window: role.window, outside: role.outside }]);
    } else {
      const homes = new Set(read.map((name) => home.get(name)));
      const [only] = homes;
      if (homes.size === 1 && only !== undefined) add(only, node);
      else
        open(
          node,
          read.map((value) => ({ value, window: SAME_PIXEL, outside: "zero" })),
        );
    }
  }

  const needed = neededFrom(parts, fixed);
  const closed = parts.map((part) =>
    "reads" in part
      ? { ...part, results: part.nodes.map(({ name }) => name).filter((name) => needed.has(name)) }
      : part,
  );
  return { inputs, parts: closed, spaces, pace: paceOf([...spaces.values()], `model '${fixed.name}'`) };
}

function inputsOf(fixed: Fixed): readonly FixedInput[] {
  const inputs = fixed.nodes.filter((node) => node.op === "input");
  const where = `model '${fixed.name}'`;
  const [first] = inputs;
  if (first === undefined || fixed.outputs.length === 0) {
    throw new UserError(
      `firmware takes at least one input and gives at least one output; this model has ${inputs.length} and ${fixed.outputs.length}`,
      { where },
    );
  }
  for (const input of inputs) {
    checkUniform(input);
    const size = ({ shape: [rows, columns] }: FixedInput) => `${rows} × ${columns}`;
    if (size(input) !== size(first)) {
      throw new UserError(
        `it has ${size(input)} pixels, input '${first.name}' has ${size(first)}; raster firmware takes images of one size`,
        { where: `input '${input.name}'` },
      );
    }
  }
  return inputs;
}

/** How many pixels of the inputs one pixel stands for. */
function rateOf({ rowScale, columnScale }: Space): string {
  const show = ({ n, d }: Space["rowScale"]) => (d === 1n ? `${n}` : `${n}/${d}`);
  return `stride ${show(rowScale)} × ${show(columnScale)}`;
}

function spaceOf({ shape }: FixedNode, rowScale: Space["rowScale"], columnScale: Space["columnScale"]) {
  return { rows: shape[0] as number, columns: shape[1] as number, rowScale, columnScale };
}

function resultSpace(node: FixedNode, role: Role, { rowScale, columnScale }: Space): Space {
  switch (role.kind) {
    case "pixel":
      return spaceOf(node, rowScale, columnScale);
    case "window": {
      const { rows, columns } = role.window.strides;
      const by = (n: number) => ratio(BigInt(n), 1n);
      return spaceOf(node, times(rowScale, by(rows)), times(columnScale, by(columns)));
    }
    case "enlarge": {
      const factor = ratio(BigInt(role.factor), 1n);
      return role.axis === 0
        ? spaceOf(node, over(rowScale, factor), columnScale)
        : spaceOf(node, rowScale, over(columnScale, factor));
    }
  }
}

/** The values that leave the part that computes them. */
function neededFrom(parts: readonly (OpenRegion | Enlarge)[], fixed: Fixed): ReadonlySet<string> {
  const read = parts.flatMap((part) =>
    "reads" in part ? part.reads.map(({ value }) => value) : [part.source],
  );
  return new Set([...read, ...fixed.outputs.map(({ value }) => value)]);
}
