/** The questions behind the page on SLA. */
import type { Question } from '$lib/api/types';
import { grainFor } from '$lib/question/grain';
import { within, type Scope } from '$lib/question/scope';

/** The ways to count kept promises that the page offers, the usual one first. */
export const VARIANTS = ['instance', 'ticket', 'include_running', 'all_tickets'] as const;
export type Variant = (typeof VARIANTS)[number];

/** What missed promises are told apart by. */
export const SPLITS = ['group', 'priority', 'channel', 'agent', 'product', 'account'] as const;
export type Split = (typeof SPLITS)[number];

/** How the reader wants to see it: kept in the address beside the scope. */
export interface View {
  variant: Variant;
  split: Split;
}

/** Reads the view from the parameters of an address. */
export const readView = (params: URLSearchParams): View => ({
  variant: VARIANTS.find((name) => name === params.get('variant')) ?? 'instance',
  split: SPLITS.find((name) => name === params.get('split')) ?? 'group',
});

/** The name of the cells of a variant. */
export const cellOf = (variant: Variant): string =>
  variant === 'instance' ? 'sla_attainment' : `sla_attainment:${variant}`;

export const AT_RISK = 'sla_time_left:at_risk';
export const OVERDUE = 'sla_time_left:overdue';

/** Every question of the page, by what it is for. */
export function board(scope: Scope, view: View) {
  const compare = scope.compare === 'none' ? {} : { compare: [scope.compare] };
  const chosen = [cellOf(view.variant)];
  const kept = ['sla_attainment'];
  const pauses = ['sla_illegitimate_pause', 'sla_illegitimate_pause:clocks'];
  return {
    head: within(scope, { metrics: chosen, ...compare }),
    trend: within(scope, { metrics: chosen, every: grainFor(scope.range), ...compare }),
    policy: within(scope, { metrics: kept, by: ['policy', 'clock'], ...compare }),
    overrun: within(scope, {
      metrics: ['sla_overrun'],
      by: ['policy', 'clock'],
      statistic: ['median', 'max'],
    }),
    split: within(scope, { metrics: kept, by: [view.split] }),
    hours: within(scope, { metrics: kept, by: ['day_of_week', 'hour_of_day'] }),
    left: within(scope, { range: 'all', metrics: [AT_RISK, OVERDUE], by: ['clock'] }),
    pauses: within(scope, { metrics: pauses, ...compare }),
    pausedBy: within(scope, { metrics: pauses, by: ['group'] }),
  } satisfies Record<string, Question>;
}

/** The question whose rows are the worst misses. */
export const worst = (scope: Scope): Question => within(scope, { metrics: ['sla_overrun'] });

/** The question whose rows are the longest pauses while a customer waited. */
export const pauses = (scope: Scope): Question =>
  within(scope, { metrics: ['sla_illegitimate_pause'] });
