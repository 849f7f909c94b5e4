import type { Chain } from "../chain.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";

/** An element that a site reads: of which operand, and which. Undefined for a zero of the padding. */
export type Slot = { readonly operand: number; readonly element: number } | undefined;

/** One of the equal computations of a layer: what it reads and which elements (row-major) it gives. */
export interface Site {
  readonly slots: readonly Slot[];
  readonly results: readonly number[];
}

/** A site with one signal for each of its slots. */
export interface FedSite {
  readonly site: Site;
  readonly slots: readonly Signal[];
}

/** How the root of a layer is computed. */
export interface Root {
  readonly sites: readonly Site[];
  /** Whether it is a constant matrix, the same at every site. */
  readonly weighted: boolean;
  /** Terms of its sums at one site: what its size is measured by. */
  readonly terms: (site: Site) => number;
  /** What the root itself does differently at different sites. */
  readonly key: (site: Site) => string;
  /** Of windows that overlap, the positions of the sites, which are in row-major order. */
  readonly windows?: Windows;
  /** The layer's results at sites that one module computes, site by site. */
  readonly compute: (builder: ModuleBuilder, copy: readonly FedSite[], chain: Chain) => readonly Signal[];
}

/** Windows of an image: how many there are along each axis. */
export interface Windows {
  readonly rows: number;
  readonly columns: number;
}

/** Computes each site by itself. */
export function siteBySite(
  compute: (builder: ModuleBuilder, slots: readonly Signal[], site: Site, chain: Chain) => readonly Signal[],
): Root["compute"] {
  return (builder, copy, chain) => copy.flatMap(({ site, slots }) => compute(builder, slots, site, chain));
}
