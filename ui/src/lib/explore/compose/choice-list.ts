/** What can be picked from a list that is searched. */
import type { Metric } from '$lib/api/types';
import { dimensionTitle, metricTitle } from '$lib/question/names';
import { search } from '../asked';

export interface Choice {
  value: string;
  title: string;
  text?: string;
  aside?: string;
  picked?: boolean;
}

export const titleOf = (metric: Pick<Metric, 'name' | 'title'>): string =>
  metricTitle({ metric: metric.name, title: metric.title });

/** Metrics for what was typed. */
export function metricChoices(metrics: Metric[], picked: string[], text: string): Choice[] {
  return search(metrics, text, titleOf).map((metric) => ({
    value: metric.name,
    title: titleOf(metric),
    text: metric.description,
    aside: metric.id,
    picked: picked.includes(metric.name),
  }));
}

/** Dimensions for what was typed; a custom field may be named that no list knows. */
export function dimensionChoices(names: string[], picked: string[], text: string): Choice[] {
  const wanted = text.trim().toLowerCase();
  const listed = names
    .map((name) => ({ value: name, title: dimensionTitle(name), picked: picked.includes(name) }))
    .filter(({ value, title }) => `${value} ${title}`.toLowerCase().includes(wanted));
  const own = text.trim();
  const named = /^[a-z_]+\.\S+$/i.test(own) && !names.includes(own);
  return named ? [...listed, { value: own, title: dimensionTitle(own), text: own }] : listed;
}
