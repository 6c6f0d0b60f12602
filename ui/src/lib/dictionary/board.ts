/** What the dictionary asks for. */
import type { Metric, Question } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';

/** A batch takes so many questions. */
const BATCH = 50;

/** Metrics of this moment: a period would only mean tickets created in it, and they have no past. */
const OF_NOW = ['backlog_age', 'waiting_time', 'sla_time_left'];

export const isOfNow = (name: string): boolean => OF_NOW.includes(name);

const period = (name: string): Partial<Question> => (isOfNow(name) ? { range: 'all' } : {});

/** Every metric's number in the scope, one question each, so that one that fails is alone. */
export const listQuestions = (scope: Scope, metrics: Metric[]): Question[] =>
  metrics.slice(0, BATCH).map(({ name }) => within(scope, { metrics: [name], ...period(name) }));

/** The last weeks of those that have a past, by name. */
export const sparkQuestions = (scope: Scope, metrics: Metric[]): Record<string, Question> =>
  Object.fromEntries(
    metrics
      .filter(({ name }) => !isOfNow(name))
      .slice(0, BATCH)
      .map(({ name }) => [
        name,
        within(scope, { metrics: [name], range: 'last 12 weeks', every: 'week' }),
      ]),
  );

/** Every variant's number, and the weeks of the first. */
export function variantQuestions(scope: Scope, metric: Metric): Question[] {
  return [
    within(scope, { metrics: [metric.name], range: 'last 26 weeks', every: 'week' }),
    ...metric.variants
      .slice(0, BATCH - 1)
      .map((variant) =>
        within(scope, { metrics: [`${metric.name}:${variant}`], ...period(metric.name) }),
      ),
  ];
}
