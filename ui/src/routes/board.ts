/** What Home asks. */
import type { Drill, Question } from '$lib/api/types';
import { asked, CORE } from '$lib/home/model/core';
import { plusDays } from '$lib/home/model/dates';
import { within, type Scope } from '$lib/question/scope';

/** A year of full weeks, and the one that is not over. */
const YEAR = 'last 53 weeks';

/** The year that the period ends with: the past one, unless the period was over long ago. */
export function yearOf(range: string, now: number): string {
  const last = /^\d{4}-\d{2}-\d{2}\.\.(\d{4}-\d{2}-\d{2})$/.exec(range)?.[1];
  const present = new Date(now).toISOString();
  if (!last || last >= plusDays(present, -7)) return YEAR;
  return `${plusDays(last, -53 * 7)}..${last}`;
}

/** The first request: the core set over the period, and week by week over the year it ends with. */
export function board(scope: Scope, now: number): [Question, Question] {
  const metrics = asked(CORE);
  const compare = scope.compare === 'none' ? undefined : [scope.compare];
  return [
    within(scope, { metrics, compare }),
    within(scope, { metrics, range: yearOf(scope.range, now), every: 'week' }),
  ];
}

/** A list of what is so now, whatever the period. */
export interface Now {
  question: Question;
  cell: Partial<Drill>;
}

/** How many rows a list shows. */
export const SHOWN = 8;

function ofNow(scope: Scope, metric: string, ascending: boolean): Now {
  const question = within({ ...scope, clock: undefined }, { metrics: [metric], range: undefined });
  return { question, cell: { sort: 'value', ascending } };
}

/** Customers without a first reply, the longest wait first. */
export const waiting = (scope: Scope): Now => ofNow(scope, 'waiting_time:first_reply', false);

/** Promises that can still be kept, the least time left first. */
export const risky = (scope: Scope): Now => ofNow(scope, 'sla_time_left:at_risk', true);
