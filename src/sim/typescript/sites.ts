import type { CodeBlockWriter } from "ts-morph";
import { sizeOf } from "../../ir/tensor.js";
import type { Layer, LayerOp } from "./layer.js";

/**
 * The part of a module that keeps its work to where an event is: text of the emitted language. A site is one place of
 * an image with all its channels (the index of an element divided by the number of channels).
 */
export const SITES_TEXT = `
/**
 * Sites of a tensor, a site being all channels of one place. The first \`active\` of the list are those where this event
 * may differ from the event at rest; then, up to \`count\`, those where only the event before it did. All others hold
 * what they hold at rest, and nothing is computed there.
 */
export interface Sites {
  readonly list: Int32Array;
  /** 1 for the active sites. */
  readonly marks: Uint8Array;
  active: number;
  count: number;
}

/** All sites of a tensor, as if an event before had touched them all. */
function allSites(size: number): Sites {
  const list = Int32Array.from({ length: size }, (_, site) => site);
  return { list, marks: new Uint8Array(size).fill(1), active: size, count: size };
}

/** Begins an event: no site is active any more. Returns those that were. */
function beginSites(sites: Sites): Int32Array {
  const stale = sites.list.slice(0, sites.active);
  for (let n = 0; n < stale.length; n++) sites.marks[stale[n]] = 0;
  sites.active = 0;
  return stale;
}

/** Makes a site active. */
function touchSite(sites: Sites, site: number): void {
  if (sites.marks[site] !== 0) return;
  sites.marks[site] = 1;
  sites.list[sites.active++] = site;
}

/** Ends an event: lists the stale sites that it did not touch after the active ones. */
function endSites(sites: Sites, stale: Int32Array): void {
  sites.count = sites.active;
  for (let n = 0; n < stale.length; n++) {
    if (sites.marks[stale[n]] === 0) sites.list[sites.count++] = stale[n];
  }
}
`.trim();

/**
 * A loop over all elements `i` where there is something to compute: those of the sites, or all. `channel`: the lines
 * use the channel `c`, too.
 */
export function forElements(
  writer: CodeBlockWriter,
  { node, sites }: Pick<Layer<LayerOp>, "node" | "sites">,
  lines: readonly string[],
  channel = true,
): void {
  const channels = node.shape.at(-1) ?? 1;
  const size = sizeOf(node.shape);
  const block = () => {
    for (const line of lines) writer.writeLine(line);
  };
  if (sites !== undefined) {
    writer.writeLine("const { list, count } = sites;");
    writer.write("for (let n = 0; n < count; n++)").block(() => {
      writer.write(`for (let c = 0, i = list[n] * ${channels}; c < ${channels}; c++, i++)`).block(block);
    });
  } else if (!channel || channels === 1) {
    if (channel) writer.writeLine("const c = 0;");
    writer.write(`for (let i = 0; i < ${size}; i++)`).block(block);
  } else if (channels === size) {
    writer.write(`for (let c = 0, i = 0; c < ${size}; c++, i++)`).block(block);
  } else {
    writer.write(`for (let i = 0; i < ${size};)`).block(() => {
      writer.write(`for (let c = 0; c < ${channels}; c++, i++)`).block(block);
    });
  }
}
