/** The order of the tiles: what is off comes first, and small changes move nothing. */
import type { Standing, Tile } from './tile';

const RANK: Record<Standing, number> = {
  off: 0,
  worse: 1,
  changed: 2,
  better: 2,
  usual: 2,
  none: 3,
};

/** What decided a tile's place when the order was last made. */
export type Places = Map<string, { rank: number; distance: number }>;

/** Distances this close, relative to the larger, are one. */
const SAME = 0.15;

/**
 * Sorts by standing, then by distance, else by the order given. A tile whose distance has moved
 * little since `places` keeps the distance that it was placed by.
 */
export function ordered(tiles: readonly Tile[], places: Places): { tiles: Tile[]; places: Places } {
  const next: Places = new Map();
  for (const { core, standing, distance } of tiles) {
    const rank = RANK[standing];
    // Only what is off is ordered by how far; the rest keeps the order of the core set.
    const exact = rank < 2 ? distance : 0;
    const before = places.get(core.metric);
    const near =
      before?.rank === rank &&
      Math.abs(before.distance - exact) <= SAME * Math.max(before.distance, exact);
    next.set(core.metric, { rank, distance: near ? before.distance : exact });
  }
  const sorted = tiles
    .map((tile, at) => ({
      tile,
      at,
      place: next.get(tile.core.metric) ?? { rank: 3, distance: 0 },
    }))
    .sort(
      (a, b) => a.place.rank - b.place.rank || b.place.distance - a.place.distance || a.at - b.at,
    )
    .map(({ tile }) => tile);
  return { tiles: sorted, places: next };
}
