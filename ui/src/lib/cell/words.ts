/** Which cell it is, in words. */
import type { MetricMeta } from '$lib/api/types';
import { bucket } from '$lib/format/date';
import { i18n, t, type Key } from '$lib/i18n/i18n.svelte';

/** A bucket of time: `Week of 6 Apr 2026`. */
export function bucketWords(time: string, every: string): string {
  const start = bucket(time, every);
  return every === 'week' || every === 'quarter'
    ? t(`cell.bucket.${every}` as Key, { start })
    : start;
}

const plain = (name: string) => name.replaceAll('_', ' ');

/** How a number was computed: variant, statistic, clock, instant. */
export function facets(meta: MetricMeta): { key: string; title: string; words: string }[] {
  const facets: { key: string; title: string; words: string }[] = [];
  const variant = meta.title.split(': ').slice(1).join(': ');
  const add = (key: string, words: string) =>
    facets.push({ key, title: t(`cell.${key}` as Key), words });
  add('variant', variant || plain(meta.variant));
  const [statistic] = meta.statistics;
  if (statistic) add('statistic', i18n.maybe(`cell.stat.${statistic}`, plain(statistic)));
  if (meta.clock) add('clock', i18n.maybe(`scope.clock.${meta.clock}`, plain(meta.clock)));
  add('attribution', i18n.maybe(`cell.moment.${meta.attribution}`, plain(meta.attribution)));
  if (meta.population !== 'default') add('population', t('cell.population.all'));
  for (const [name, value] of Object.entries(meta.parameters ?? {}))
    facets.push({ key: name, title: plain(name), words: String(value) });
  return facets;
}

/** So many rows of a table: `1,204 replies`. */
export function rowWords(table: string | undefined, n: number): string {
  const known = ['tickets', 'turns', 'clocks', 'ratings', 'spans', 'touches'];
  return t(`cell.rows.${table && known.includes(table) ? table : 'rows'}` as Key, { n });
}
