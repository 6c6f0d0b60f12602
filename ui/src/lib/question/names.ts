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

/** A filter for people: `group = "Billing AMER"` → `Group: Billing AMER`; others stay as written. */
export function filterTitle(filter: string): string {
  const none = /^([\p{L}\p{N}_.]+) is null$/u.exec(filter);
  if (none?.[1]) return `${dimensionTitle(none[1])}: ${valueTitle(undefined)}`;
  const one = /^([\p{L}\p{N}_.]+) = (?:"([^"]*)"|'([^']*)'|([^\s"']+))$/u.exec(filter);
  const [, name, ...values] = one ?? [];
  const value = values.find((value) => value !== undefined);
  return name && value !== undefined
    ? `${dimensionTitle(name)}: ${valueTitle(value, name)}`
    : filter;
}
