import { UserError } from "../../ir/errors.js";
import type { FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import type { Note } from "../../ir/note.js";
import { narrowFields } from "../fields.js";
import { narrowType, type RegionGraph } from "../region.js";
import type { GraphPlan, Region } from "./plan.js";
import { type Difference, unite } from "./unite.js";

/** Whether iterations with the same weights have hardware of their own, or share it one after the other. */
export const ITERATIONS = ["unrolled", "shared"] as const;
export type Iterations = (typeof ITERATIONS)[number];

/** What computes one or more regions: for several, all that any of them does. */
export interface Unit {
  readonly graph: RegionGraph;
  readonly members: readonly Member[];
}

/** Whether several regions take turns at a unit. */
export function isShared({ members }: Unit): boolean {
  return members.length > 1;
}

/** A region that a unit computes. */
export interface Member {
  readonly region: Region;
  /** The values of the unit that are the region's results, by these. */
  readonly results: ReadonlyMap<string, string>;
}

/** What computes the regions of a plan, and which of them might share a unit but for a difference. */
export interface Units {
  readonly units: readonly Unit[];
  readonly notes: readonly Note[];
}

/**
 * What computes a plan's regions: a unit for each, or for all with the same weights where they are to share one. Throws a
 * UserError that names what differs when no two of them can.
 */
export function unitsOf(plan: GraphPlan, iterations: Iterations): Units {
  const regions = plan.parts.filter((part) => part.kind === "region");
  const alone = regions.map((region): Unit => {
    const results = new Map(region.results.map((name) => [name, name]));
    return { graph: regionGraph(region, plan), members: [{ region, results }] };
  });
  if (iterations === "unrolled") return { units: alone, notes: [] };
  const units: Unit[] = [];
  const notes: Note[] = [];
  let nearest: Distance | undefined;
  for (const own of alone) {
    const [{ region }] = own.members as readonly [Member];
    const distances: Distance[] = [];
    const found = units.findIndex((unit, i) => {
      if (!alike(unit, region)) return false;
      const united = unite(unit.graph, own.graph);
      if (united.kind === "different") {
        distances.push({ unit, region, difference: united });
        return false;
      }
      const results = new Map(region.results.map((name) => [name, united.places.get(name) as string]));
      units[i] = { graph: united.graph, members: [...unit.members, { region, results }] };
      return true;
    });
    if (found >= 0) continue;
    units.push(own);
    const [closest] = distances.toSorted((a, b) => b.difference.same - a.difference.same);
    if (closest === undefined) continue;
    if (closest.difference.same > (nearest?.difference.same ?? 0)) nearest = closest;
    if (sameKernels(closest.unit.graph, own.graph)) notes.push(noteOf(closest));
  }
  if (units.length === alone.length) throw nothingShared(nearest);
  return { units, notes };
}

/** Whether regions have matrices of the same sizes, as iterations have. */
function sameKernels(a: RegionGraph, b: RegionGraph): boolean {
  const [own, other] = [a, b].map(({ nodes }) =>
    nodes.flatMap((node) => (node.op === "dense" ? [node.kernel.shape.join()] : [])),
  );
  return own !== undefined && own.length > 0 && own.join(" ") === other?.join(" ");
}

function noteOf({ unit, region, difference }: Distance): Note {
  return {
    where: `node '${region.name}'`,
    message: `it does not share the hardware of '${unit.graph.name}': ${textOf(difference)}`,
  };
}

function textOf({ node, closest }: Difference): string {
  return closest === undefined
    ? `'${node}' has no equal there`
    : `'${node}' differs from '${closest.node}' in its ${closest.what}`;
}

/** Items that come alike: as many, of the same kind. */
function alike({ members }: Unit, { family }: Region): boolean {
  const [first] = members as readonly [Member];
  return first.region.family.role === family.role && first.region.family.items === family.items;
}

/** Two regions that are nearly the same. */
interface Distance {
  readonly unit: Unit;
  readonly region: Region;
  readonly difference: Difference;
}

function nothingShared(nearest: Distance | undefined): UserError {
  const where = "graph.iterations";
  const hint =
    "Iterations share hardware where weights and quantizers are the same in all; or let them be unrolled.";
  if (nearest === undefined)
    return new UserError("nothing is computed twice: there are no iterations to share hardware", {
      where,
      hint,
    });
  const { unit, region, difference } = nearest;
  const pair = `'${region.name}' is most like '${unit.graph.name}'`;
  return new UserError(`no two parts compute the same: ${pair}, but ${textOf(difference)}`, { where, hint });
}

/** The graph of a region: what it reads as inputs. */
function regionGraph(region: Region, plan: GraphPlan): RegionGraph {
  return {
    name: region.name,
    inputs: region.reads.map((read) => readOf(read, plan)),
    nodes: region.nodes,
    results: region.results.map((result) => plan.forms.get(result) as FixedNode),
  };
}

/** An item of a value as a region reads it. */
function readOf(name: string, { forms }: GraphPlan): FixedInput {
  const form = forms.get(name) as FixedNode;
  const fields = narrowFields(form);
  const types = fields.map(({ range }, element) => narrowType(form, element, range));
  return {
    op: "input",
    name,
    inputs: [],
    shape: form.shape,
    types: { per: "element", items: types },
    ranges: { per: "element", items: fields.map(({ range }) => range) },
    rounding: "TRN",
    overflow: "WRAP",
  };
}
