/** Small answers for tests. */
import type { Answer, Cell, MetricMeta, Row } from '$lib/api/types';
import { plusDays } from './dates';

/** What a metric is, with what matters to a test. */
export function meta(part: Partial<MetricMeta> & { metric: string }): MetricMeta {
  return {
    attribution: 'event',
    definition: '',
    good: 'low',
    id: 'M00',
    kind: 'duration',
    population: 'default',
    statistics: ['median'],
    title: part.metric,
    unit: 'seconds',
    variant: 'standard',
    version: 1,
    ...part,
  };
}

/** A share of so many of so many. */
export const share = (numerator: number, denominator: number): Cell => ({
  value: denominator ? numerator / denominator : null,
  n: denominator,
  numerator,
  denominator,
});

/** An answer of these rows. */
export function answer(metas: MetricMeta[], rows: Row[], by: string[] = []): Answer {
  return {
    freshness: [],
    metrics: Object.fromEntries(metas.map((one) => [one.metric, one])),
    period: { from: '2026-01-05T00:00:00Z', to: '2026-02-02T00:00:00Z', zone: 'UTC' },
    question: { metrics: metas.map(({ metric }) => metric), by },
    rows,
    warnings: [],
  };
}

/** Weekly rows from a first Monday on, with one cell each; the last may be partial. */
export function weekly(metric: string, cells: Cell[], partial = false): Row[] {
  return cells.map((cell, at) => ({
    time: plusDays('2025-06-02', at * 7),
    partial: partial && at === cells.length - 1,
    cells: { [metric]: cell },
  }));
}
