/** Answers for tests. */
import type { Answer, Cell, MetricMeta, Row } from '$lib/api/types';

export function meta(parts: Partial<MetricMeta> = {}): MetricMeta {
  return {
    metric: 'volume',
    id: 'M18',
    variant: 'tickets',
    version: 1,
    title: 'Ticket volume: Tickets',
    definition: 'number of tickets created',
    unit: 'count',
    good: 'context',
    kind: 'count',
    statistics: ['count'],
    attribution: 'created',
    population: 'default',
    ...parts,
  };
}

export const duration = (parts: Partial<MetricMeta> = {}): MetricMeta =>
  meta({
    metric: 'first_response_time',
    id: 'M01',
    variant: 'standard',
    title: 'First response time: First human reply to the customer',
    unit: 'seconds',
    good: 'low',
    kind: 'duration',
    statistics: ['median'],
    ...parts,
  });

export const share = (parts: Partial<MetricMeta> = {}): MetricMeta =>
  meta({
    metric: 'csat',
    id: 'M36',
    variant: 'standard',
    title: 'Customer satisfaction: Good among all answers',
    unit: 'share',
    good: 'high',
    kind: 'share',
    statistics: ['ratio'],
    ...parts,
  });

export function row(
  at: Record<string, string | boolean>,
  cells: Record<string, number | Partial<Cell>>,
): Row {
  const full = Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [
      name,
      typeof cell === 'number' ? { value: cell, n: cell } : { n: 0, ...cell },
    ]),
  );
  return { ...at, cells: full } as Row;
}

export function answer(
  question: Partial<Answer['question']>,
  metrics: Record<string, MetricMeta>,
  rows: Row[],
  parts: Partial<Answer> = {},
): Answer {
  return {
    question: {
      week_start: 'monday',
      metrics: Object.entries(metrics).map(([as, { metric }]) => ({ metric, as })),
      ...question,
    },
    metrics,
    rows,
    period: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', zone: 'UTC' },
    freshness: [],
    warnings: [],
    ...parts,
  };
}
