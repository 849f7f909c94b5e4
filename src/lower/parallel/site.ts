import type { Chain } from "../chain.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";

/** An element that a site reads: of which operand, and which. Undefined for a zero of the padding. */
export type Slot = { readonly operand: number; readonly element: number } | undefined;

/** One of the equal computations of a layer: what it reads and which elements (row-major) it gives. */
export interface Site {
  readonly slots: readonly Slot[];
  readonly results: readonly number[];
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
  /** The layer's results at a site, from one signal for each slot. */
  readonly compute: (
    builder: ModuleBuilder,
    slots: readonly Signal[],
    site: Site,
    chain: Chain,
  ) => readonly Signal[];
}
