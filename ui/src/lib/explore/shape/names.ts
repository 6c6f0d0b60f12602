/** What the parts of a panel are called. */
import type { Answer, MetricMeta } from '$lib/api/types';
import { bucket, period } from '$lib/format/date';
import { i18n, t, type Key } from '$lib/i18n/i18n.svelte';
import type { Filter } from '../filter';
import { dimensionTitle, metricTitle, valueTitle } from '$lib/question/names';
import type { Panel, Point, Serie } from './panel';

/** A value of a dimension: hours and weekdays as people write them. */
export function groupTitle(dimension: string, value: string): string {
  if (dimension === 'hour_of_day') return `${value.padStart(2, '0')}:00`;
  return valueTitle(value, dimension);
}

/** A metric's title; its variant too, where another variant stands beside it. */
export function cellTitle(meta: MetricMeta, all: MetricMeta[]): string {
  const title = metricTitle(meta);
  const alike = all.filter(({ metric }) => metric === meta.metric);
  if (alike.length < 2) return title;
  const variant = meta.title.split(': ').slice(1).join(': ') || meta.variant;
  const same = alike.filter((other) => other.variant === meta.variant).length > 1;
  const detail = Object.entries(meta.parameters ?? {}).map(([name, value]) => `${name} ${value}`);
  return [title, variant, ...(same ? [...detail, meta.statistics[0] ?? ''] : [])]
    .filter(Boolean)
    .join(' · ');
}

/** A position on the axis. */
export function pointTitle(panel: Panel, point: Point, every: string | null | undefined): string {
  if (point.time !== undefined) return bucket(point.time, every);
  return panel.axis ? groupTitle(panel.axis, point.key) : '';
}

/** A period compared with. */
export const comparedTitle = (name: string): string => t(`scope.compare.${name}` as Key);

/** A series, by what tells it apart from the others of its panel. */
export function serieTitle(panel: Panel, serie: Serie): string {
  const metas = Object.values(panel.metas);
  const meta = panel.metas[serie.cell];
  const parts = Object.entries(serie.dimensions).map(([name, value]) => groupTitle(name, value));
  if (meta && (metas.length > 1 || parts.length === 0)) parts.unshift(cellTitle(meta, metas));
  if (serie.compared) {
    const compared = comparedTitle(serie.compared);
    // Alone, the line compared with is named by its period.
    if (metas.length === 1 && Object.keys(serie.dimensions).length === 0) return compared;
    parts.push(compared);
  }
  return parts.join(' · ');
}

/** What a panel shows. */
export function panelTitle(panel: Panel, all: MetricMeta[]): string {
  const values = Object.entries(panel.dimensions).map(([name, value]) => groupTitle(name, value));
  const metrics = Object.values(panel.metas).map((meta) => cellTitle(meta, all));
  return values.length ? values.join(' · ') : metrics.join(', ');
}

/** The period of an answer in words, with its zone. */
export function periodTitle({ from, to, zone }: Answer['period']): string {
  return period(from, to, zone);
}

/** Dimensions in words, as a list. */
export const splitTitle = (by: string[]): string => by.map(dimensionTitle).join(' × ');

/** A filter in words: `Group is Billing or Tier 2`. */
export function filterTitle({ dimension, operator, values }: Filter): string {
  const named = values.map((value) => groupTitle(dimension, value));
  const several = new Intl.ListFormat(i18n.tag, { type: 'disjunction' });
  return t('explore.filter.words', {
    dimension: dimensionTitle(dimension),
    operator: t(`explore.op.${operator}` as Key),
    values: several.format(named),
  }).trim();
}
