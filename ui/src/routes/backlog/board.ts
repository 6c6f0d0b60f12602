/** The questions behind the page on backlog and flow. */
import type { Question } from '$lib/api/types';
import { STATUSES } from '$lib/backlog/parts';
import { grainFor } from '$lib/question/grain';
import { within, type Scope } from '$lib/question/scope';

export type Split = 'status' | 'group';
export type OwnerBy = 'group' | 'agent';

/** How the reader wants to see it: kept in the address beside the scope. */
export interface View {
  split: Split;
  owner: OwnerBy;
}

/** Reads the view from the parameters of an address. */
export const readView = (params: URLSearchParams): View => ({
  split: params.get('split') === 'group' ? 'group' : 'status',
  owner: params.get('owner') === 'agent' ? 'agent' : 'group',
});

/** Points that the stock may have: it is drawn as a surface, which may be fine. */
const FINE = 190;

/** Every question of the page, by what it is for. */
export function board(scope: Scope, view: View) {
  const compare = scope.compare === 'none' ? {} : { compare: [scope.compare] };
  const stock = { every: grainFor(scope.range, FINE) };
  const now = { range: 'all' };
  return {
    head: within(scope, {
      metrics: [
        'backlog',
        'backlog:actionable',
        'backlog:unassigned',
        'backlog:pending',
        'backlog:on_hold',
        // Over all history there is no such thing as a day's inflow.
        ...(scope.range === 'all' ? [] : ['backlog_days']),
        'clearance_rate',
      ],
      ...compare,
    }),
    oldest: within(scope, { ...now, metrics: ['backlog_age'], statistic: ['max', 'median'] }),
    stock: within(
      scope,
      view.split === 'status'
        ? { metrics: STATUSES.map((status) => `backlog:${status}`), ...stock }
        : { metrics: ['backlog'], by: ['group'], ...stock },
    ),
    flow: within(scope, {
      metrics: ['clearance_rate', 'clearance_rate:unique_tickets'],
      every: grainFor(scope.range),
    }),
    owners: within(scope, {
      ...now,
      metrics: ['backlog_age'],
      by: [view.owner],
      statistic: ['median', 'max'],
    }),
    cross: within(scope, {
      ...now,
      metrics: ['backlog_age'],
      by: [view.owner, 'status'],
      statistic: ['median', 'max'],
    }),
  } satisfies Record<string, Question>;
}

/** What is asked about one instant: the totals, and the stock by status, by owner and by age. */
export function instant(scope: Scope, at: string, owner: string): Question[] {
  const range = { at };
  return [
    within(scope, { range, metrics: ['backlog', 'backlog:actionable', 'backlog:unassigned'] }),
    within(scope, { range, metrics: ['backlog'], by: ['status'] }),
    within(scope, { range, metrics: ['backlog'], by: [owner], order: ['-backlog'] }),
    within(scope, { range, metrics: ['backlog'], by: ['age_bucket'] }),
  ];
}

export const WAITS = ['since_customer', 'since_update', 'since_created'] as const;
export type Wait = (typeof WAITS)[number];

/** Reads which wait is listed. */
export const readWait = (params: URLSearchParams): Wait =>
  WAITS.find((wait) => wait === params.get('wait')) ?? 'since_customer';

/** The question whose tickets wait longest now. */
export const waiting = (scope: Scope, wait: Wait): Question =>
  within(scope, { range: 'all', metrics: [`backlog_age:${wait}`] });
