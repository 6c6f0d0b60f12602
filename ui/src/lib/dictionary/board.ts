/** What the dictionary asks for. */
import type { Metric, Question } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';

/** A batch takes so many questions. */
const BATCH = 50;

/** Every metric's number in the scope, one question each, so that one that fails is alone. */
export const listQuestions = (scope: Scope, metrics: Metric[]): Question[] =>
  metrics.slice(0, BATCH).map(({ name }) => within(scope, { metrics: [name] }));

/** Their last weeks. */
export const sparkQuestions = (scope: Scope, metrics: Metric[]): Question[] =>
  metrics
    .slice(0, BATCH)
    .map(({ name }) => within(scope, { metrics: [name], range: 'last 12 weeks', every: 'week' }));

/** Every variant's number, and the weeks of the first. */
export function variantQuestions(scope: Scope, metric: Metric): Question[] {
  return [
    within(scope, { metrics: [metric.name], range: 'last 26 weeks', every: 'week' }),
    ...metric.variants
      .slice(0, BATCH - 1)
      .map((variant) => within(scope, { metrics: [`${metric.name}:${variant}`] })),
  ];
}
