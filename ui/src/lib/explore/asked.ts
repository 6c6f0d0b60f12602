/** One metric of a question, whichever way it was written. */
import type { Metric, Question } from '$lib/api/types';

type Written = Question['metrics'][number];

/** A metric as asked, taken apart. */
export interface Asked {
  metric: string;
  variant?: string;
  parameters?: Record<string, number>;
  statistic?: string[];
  /** What the address says besides and Explore does not edit. */
  rest?: Record<string, unknown>;
}

/** Takes a metric of a question apart: `csat:mean`, or the long form. */
export function readAsked(written: Written): Asked {
  if (typeof written === 'string') {
    const [metric = '', variant] = written.split(':', 2);
    return variant ? { metric, variant } : { metric };
  }
  const { metric, variant, parameters, statistic, ...rest } = written;
  const asked: Asked = { metric };
  if (variant) asked.variant = variant;
  if (parameters && Object.keys(parameters).length) asked.parameters = parameters;
  const statistics = words(statistic);
  if (statistics.length) asked.statistic = statistics;
  if (Object.keys(rest).length) asked.rest = rest;
  return asked;
}

/** Puts a metric together again, as short as it can be said. */
export function writeAsked({ metric, variant, parameters, statistic, rest }: Asked): Written {
  const set = parameters && Object.keys(parameters).length > 0;
  if (!set && !statistic?.length && !rest) return variant ? `${metric}:${variant}` : metric;
  return {
    metric,
    ...(variant ? { variant } : {}),
    ...(set ? { parameters } : {}),
    ...(statistic?.length ? { statistic } : {}),
    ...rest,
  };
}

/** One word, several, or none, as a list. */
export function words(value: string | string[] | null | undefined): string[] {
  if (!value) return [];
  return typeof value === 'string' ? value.split(',').filter(Boolean) : value;
}

/** Metrics whose title, id, name or words have every word of `text`, the best first. */
export function search(
  metrics: Metric[],
  text: string,
  title: (metric: Metric) => string,
): Metric[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return metrics;
  const scored = metrics.flatMap((metric) => {
    const near = `${title(metric)} ${metric.title} ${metric.id} ${metric.name}`.toLowerCase();
    const far = `${near} ${metric.description} ${metric.variants.join(' ')}`.toLowerCase();
    if (!wanted.every((word) => far.includes(word))) return [];
    const starts = title(metric)
      .toLowerCase()
      .startsWith(wanted[0] ?? '');
    return [{ metric, score: starts ? 0 : wanted.every((word) => near.includes(word)) ? 1 : 2 }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ metric }) => metric);
}
