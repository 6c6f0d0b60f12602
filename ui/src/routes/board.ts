/** What Home asks. */
import type { Drill, Question } from '$lib/api/types';
import { asked, CORE } from '$lib/home/model/core';
import { within, type Scope } from '$lib/question/scope';

/** A year of full weeks, and the one that is not over. */
export const YEAR = 'last 53 weeks';

/** The first request: the core set over the period, and week by week over the past year. */
export function board(scope: Scope): [Question, Question] {
  const metrics = asked(CORE);
  const compare = scope.compare === 'none' ? undefined : [scope.compare];
  return [
    within(scope, { metrics, compare }),
    within(scope, { metrics, range: YEAR, every: 'week' }),
  ];
}

/** A list of what is so now, whatever the period. */
export interface Now {
  question: Question;
  cell: Partial<Drill>;
}

/** How many rows a list shows. */
export const SHOWN = 8;

function now(scope: Scope, metric: string, ascending: boolean): Now {
  const question = within({ ...scope, clock: undefined }, { metrics: [metric], range: undefined });
  return { question, cell: { sort: 'value', ascending } };
}

/** Customers without a first reply, the longest wait first. */
export const waiting = (scope: Scope): Now => now(scope, 'waiting_time:first_reply', false);

/** Promises that can still be kept, the least time left first. */
export const risky = (scope: Scope): Now => now(scope, 'sla_time_left:at_risk', true);
