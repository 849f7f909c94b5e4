import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { Fixed } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import type { DelayModel } from "../delay.js";
import { type SearchOptions, searchOptionsOf } from "../effort.js";
import type { LayerFacts, Lowered, LoweredPort } from "../lowered.js";
import { TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import type { RegionCircuit } from "../region.js";
import { isUniform, restate, restateBack } from "./coarsen.js";
import { type Images, imagesOf, type Ordered } from "./images.js";
import { planRaster as planImages, type RasterPlan, type Region } from "./plan.js";
import { buildRegion } from "./region.js";
import { isMasked, scheduleRaster } from "./schedule.js";
import { buildTop } from "./top.js";

export interface RasterOptions extends SearchOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
}

/** Cuts a graph of image operations into regions. Throws a UserError that names the node that does not fit. */
export function planRaster(fixed: Fixed): RasterPlan {
  return planImages(imagesOf(fixed).fixed);
}

/**
 * Fixed → Circuit for images that come pixel by pixel: the graph is cut into regions that compute one pixel a clock, each
 * parallel firmware of its own; between them, pixels wait in registers and line memories until their neighbours have come.
 * All is scheduled: pixel (r, c) of a value is there r · rowPeriod + c · columnPeriod clocks after pixel (0, 0). Throws a
 * UserError when the graph or the clock does not fit.
 */
export function lowerRaster(fixed: Fixed, options: RasterOptions): Lowered {
  const images = imagesOf(fixed);
  return inOrder(lowerImages(images.fixed, options), images);
}

function lowerImages(fixed: Fixed, options: RasterOptions): Lowered {
  const { period, delays } = options;
  // A bound on the cycles is the whole raster's.
  const regionOptions = { period, delays, ...searchOptionsOf(options) };
  const plan = planImages(fixed);
  const nodes = nodesByName(fixed);
  const regions = plan.parts.filter((part) => "reads" in part);
  const [top, ...names] = uniqueIdentifiers(
    [fixed.name, ...regions.map(({ name }) => `${fixed.name}_${name}`)],
    TAKEN_MODULES,
  ) as [string, ...string[]];
  const modules: Module[] = [];
  const circuits = new Map<string, RegionCircuit>();
  const masks = maskedTaps(plan, fixed);
  regions.forEach((region, i) => {
    const own = names[i] as string;
    const taken = [top, ...names.filter((name) => name !== own), ...modules.map(({ name }) => name)];
    const masked = masks.get(region.name) as readonly (readonly boolean[])[];
    const circuit = buildRegion(own, region, masked, nodes, regionOptions, taken);
    circuits.set(region.name, circuit);
    modules.push(...circuit.modules);
  });

  const latencies = new Map([...circuits].map(([name, { latency }]) => [name, latency]));
  const outputs = fixed.outputs.map(({ value }) => value);
  const schedule = scheduleRaster(plan, outputs, latencies);
  const { module, inputs, outputs: results } = buildTop(top, fixed, plan, schedule, circuits, nodes);
  modules.push(module);
  return {
    architecture: "raster",
    circuit: { name: fixed.name, modules },
    latency: moduleLatency(module),
    interval: plan.pace.interval,
    inputs,
    outputs: results,
    layers: regions.map((region): LayerFacts => {
      const { gathered } = schedule.regions.get(region.name) as { readonly gathered: number };
      const circuit = circuits.get(region.name) as RegionCircuit;
      const start = Math.max(...region.reads.map(({ value }) => schedule.cycles.get(value) as number));
      const { size } = (region.reads[0] as Region["reads"][number]).window;
      return {
        name: region.name,
        nodes: region.nodes.filter(({ op }) => op !== "constant").map(({ name }) => name),
        module: circuit.module.name,
        copies: 1,
        patch: { columns: size.columns, sites: size.rows },
        cycles: { window: gathered - start, arithmetic: circuit.latency },
        worstPath: Math.max(...circuit.stages.map(({ path }) => path)),
      };
    }),
    stages: [...circuits.values()].flatMap(({ stages }) => stages),
  };
}

/** The ports as they hold the tensors of the model. */
function inOrder(lowered: Lowered, { inputs, outputs }: Images): Lowered {
  const port = (own: LoweredPort, ordered: Ordered | undefined): LoweredPort => {
    if (ordered === undefined || own.packing.kind !== "raster") return own;
    const { node, axes } = ordered;
    const stated = isUniform(restate(node.types, node.shape, axes), own.value.shape);
    // Bounds of all pixels may need wider types than those of some.
    const types = stated ? node.types : restateBack(own.value.types, node.shape, axes);
    return { ...own, value: { ...node, types }, packing: { ...own.packing, shape: node.shape, axes } };
  };
  return {
    ...lowered,
    inputs: lowered.inputs.map((own) => port(own, inputs.get(own.name))),
    outputs: lowered.outputs.map((own) => port(own, outputs.get(own.name))),
  };
}

/** Of each region, which taps of its reads lie outside the image at some pixels. */
function maskedTaps(plan: RasterPlan, fixed: Fixed): ReadonlyMap<string, readonly (readonly boolean[])[]> {
  // The taps do not depend on how long the regions take.
  const none = new Map(plan.parts.map(({ name }) => [name, 0]));
  const { regions } = scheduleRaster(
    plan,
    fixed.outputs.map(({ value }) => value),
    none,
  );
  return new Map([...regions].map(([name, { taps }]) => [name, taps.map((own) => own.map(isMasked))]));
}
