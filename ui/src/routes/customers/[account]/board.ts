/** What the page of one customer asks. */
import type { Question } from '$lib/api/types';
import { grainFor } from '$lib/question/grain';
import { within, type Scope } from '$lib/question/scope';
import { equals } from '$lib/question/url';
import { MEASURED, totalQuestion, VOLUME } from '$lib/side/model/side';
import type { Kind } from '../board';

/** What a ticket that is not done can be. */
export const OPEN = 'status in (new, open, pending, on_hold)';

/** What is told apart on the page. */
export const SPLITS = ['product', 'topic', 'channel'] as const;

/** One batch: their numbers, their course, what they write about, and the desk beside them. */
export function accountQuestions(scope: Scope, kind: Kind, name: string) {
  const where = [equals(kind, name)];
  const every = grainFor(scope.range, 40);
  const split = (by: string) =>
    within(scope, { metrics: [VOLUME], by: [by], where, order: [`-${VOLUME}`], limit: 8 });
  return [
    totalQuestion(scope, { where }),
    within(scope, { metrics: [VOLUME], where, every }),
    split('product'),
    split('topic'),
    split('channel'),
    within(scope, { metrics: MEASURED }),
  ] as const satisfies Question[];
}

/** Every time this customer wrote: the newest is the last contact. */
export function contactQuestion(scope: Scope, kind: Kind, name: string): Question {
  return {
    metrics: [{ metric: 'volume', variant: 'turns', as: 'contacts' }],
    where: [equals(kind, name)],
    range: 'all',
    ...(scope.zone ? { zone: scope.zone } : {}),
  };
}
