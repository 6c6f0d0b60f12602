/** The zone in which a ticket's times are written. */
import { ask } from '$lib/api/client';
import type { Question } from '$lib/api/types';

let known: Promise<string> | undefined;

/**
 * The zone asked for, else the desk's own: that of any answer. It is asked for once, because it
 * changes with the settings only.
 */
export function ticketZone(fetch: typeof globalThis.fetch, asked?: string): Promise<string> {
  if (asked) return Promise.resolve(asked);
  const question = { metrics: ['volume'], range: 'today' } as Question;
  known ??= ask(fetch, question).then(
    ({ period }) => period.zone,
    () => {
      known = undefined;
      return 'UTC';
    },
  );
  return known;
}
