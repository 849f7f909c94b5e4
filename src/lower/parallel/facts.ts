import type { DelayModel } from "../delay.js";
import type { LayerFacts, Stage } from "../lowered.js";
import type { Schedule } from "../retime/index.js";
import type { ScheduledLayer } from "./layer.js";

/** From the inputs to the first registers of the flags, in ns: in_first counts with in_valid only. */
export function controlPath({ lut, net }: DelayModel): number {
  return net + lut + net;
}

/** The longest path of each cycle, and the layer that it ends in. */
export function stagesOf(
  { cycles, times, last }: Schedule,
  layers: readonly ScheduledLayer[],
  delays: DelayModel,
): readonly Stage[] {
  const stages = Array.from({ length: last + 1 }, (_, cycle) => ({
    cycle,
    path: cycle === 0 ? controlPath(delays) : 0,
    layer: "",
  }));
  for (const { flat, nodes } of layers) {
    for (let v = nodes.first; v < nodes.end; v++) {
      const stage = stages[cycles[v] as number];
      if (stage !== undefined && (times[v] as number) > stage.path) {
        stage.path = times[v] as number;
        stage.layer = flat.layer.name;
      }
    }
  }
  return stages.map(({ path, ...stage }) => ({ ...stage, path: path + delays.register }));
}

/** What is known of a layer, which is `module`. Its cycles are those from the last of what it reads to its last result. */
export function factsOf(
  { flat, nodes, groups, reads }: ScheduledLayer,
  { cycles, times }: Schedule,
  module: string,
  delays: DelayModel,
): LayerFacts {
  const lastOf = (all: readonly number[]) => all.reduce((most, v) => Math.max(most, cycles[v] as number), 0);
  const results = groups.flatMap(({ copies }) =>
    copies.flatMap(({ origins }) => origins.flatMap((origin) => (origin === undefined ? [] : [origin.node]))),
  );
  const { layer, adders, copies } = flat;
  return {
    name: layer.name,
    nodes: layer.nodes,
    module,
    ...(adders !== undefined && { adders }),
    copies,
    cycles: { window: 0, arithmetic: Math.max(0, lastOf(results) - lastOf(reads)) },
    worstPath:
      delays.register +
      times.subarray(nodes.first, nodes.end).reduce((most, time) => Math.max(most, time), 0),
  };
}
