/** How fresh a source is, told by itself: by how long its news are apart. */

const HOUR = 3_600_000;

/** Silence after which a source that sends all the time is late. */
const QUIET = 26 * HOUR;
/** A source this long silent is history that nobody adds to, which is no fault. */
const HISTORY = 60 * 24 * HOUR;

export type Freshness = 'fresh' | 'stale' | 'history' | 'unknown';

/** Whether news of a source are to be expected, and missing. */
export function freshness(lastEvent: string | null | undefined, now: number): Freshness {
  if (!lastEvent) return 'unknown';
  const silent = now - Date.parse(lastEvent);
  if (silent <= QUIET) return 'fresh';
  return silent > HISTORY ? 'history' : 'stale';
}

/** The tickets that a filter lists, in Explore, over all history. */
export const filterHref = (filter: string): string =>
  `/explore?metrics=volume&range=all&where=${encodeURIComponent(filter)}`;
