/** What things are called: metrics, variants, dimensions, values. */
import type { MetricMeta } from '$lib/api/types';
import { i18n, t } from '$lib/i18n/i18n.svelte';

/** The title of a metric in the reader's language; answers put the variant's behind a colon. */
export function metricTitle(meta: Pick<MetricMeta, 'metric' | 'title'>): string {
  return i18n.maybe(`metric.${meta.metric}`, meta.title.split(': ', 1)[0] ?? meta.title);
}

/** A dimension's name for people: `current.group` → `Group (current)`. */
export function dimensionTitle(name: string): string {
  const known = i18n.maybe(`dimension.${name}`, '');
  if (known) return known;
  const [moment, plain] = name.includes('.') ? name.split('.', 2) : [undefined, name];
  if (moment === 'field') return plain ?? name;
  const words = i18n.maybe(`dimension.${plain}`, sentence(plain ?? name));
  return moment ? `${words} (${moment.replaceAll('_', ' ')})` : words;
}

/** A value for people; with its dimension also where the product itself defines it: `on_hold`. */
export function valueTitle(value: string | undefined, dimension?: string): string {
  if (value === undefined || value === '(none)') return t('none.value');
  if (!dimension) return value;
  return i18n.maybe(`value.${dimension.split('.').at(-1)}.${value}`, value);
}

function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
