import type { RootedLayer } from "./roots.js";
import type { Root, Site, Windows } from "./site.js";
import { chainKey, groupCopies, type SiteGroup } from "./sites.js";

/** As many terms the adder graphs of all blocks have together, so that they are found in seconds. */
const MOST_TERMS = 2000;

/**
 * The sites of overlapping windows in blocks of neighbours, each block one matrix over all that its windows read, so that
 * windows share sums: as large as may be. Those at the edge are modules of their own, which know where the
 * padding is. Undefined where windows do not overlap, and where no two fit together.
 */
export function groupBlocks({ layer, root }: RootedLayer): readonly SiteGroup[] | undefined {
  const { windows } = root;
  if (windows === undefined) return undefined;
  for (let size = windows; size.rows * size.columns > 1; size = halved(size)) {
    const groups = groupCopies(blocksOf(root.sites, windows, size), (site) => {
      const padding = site.slots.map((slot) => (slot === undefined ? "-" : "+")).join("");
      return `${padding} ${chainKey(layer, site)}`;
    });
    const terms = groups.reduce((sum, { copies: [copy] }) => sum + termsOf(root, copy as readonly Site[]), 0);
    if (terms <= MOST_TERMS) return groups;
  }
  return undefined;
}

/** Terms of the sums of sites, without those over the padding. */
export function termsOf(root: Root, sites: readonly Site[]): number {
  return sites.reduce((sum, site) => sum + root.terms(site), 0);
}

/** A block of half as many sites, along its longer axis. */
function halved({ rows, columns }: Windows): Windows {
  return rows > columns ? { rows: Math.ceil(rows / 2), columns } : { rows, columns: Math.ceil(columns / 2) };
}

/** Row-major sites in blocks of a size; at the end of an axis they may be smaller. */
function blocksOf(
  sites: readonly Site[],
  { rows, columns }: Windows,
  size: Windows,
): readonly (readonly Site[])[] {
  const blocks: (readonly Site[])[] = [];
  for (let top = 0; top < rows; top += size.rows) {
    for (let left = 0; left < columns; left += size.columns) {
      const right = Math.min(columns, left + size.columns);
      const block = Array.from({ length: Math.min(rows - top, size.rows) }, (_, row) =>
        sites.slice((top + row) * columns + left, (top + row) * columns + right),
      );
      blocks.push(block.flat());
    }
  }
  return blocks;
}
