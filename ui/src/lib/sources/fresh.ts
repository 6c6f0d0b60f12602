/** How fresh a source is, and where its tickets are. */
import type { Question } from '$lib/api/types';
import { cellHref } from '$lib/question/url';

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

/** The tickets that a filter lists, over all history, those outside the usual population too. */
export function filterHref(filter: string): string {
  const metric = 'volume:all_tickets';
  return cellHref({ metrics: [metric], range: 'all', where: [filter] } as Question, { metric });
}
