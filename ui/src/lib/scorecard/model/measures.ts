/** The measures of the scorecard: speed, quality, promises, effort and load beside each other. */
import type { Key } from '$lib/i18n/i18n.svelte';
import type { Question } from '$lib/api/types';
import { QUANTILES } from './interval';

export interface Measure {
  /** The name of its cells. */
  name: string;
  /** What it is called for short. */
  title: Key;
  asked: Question['metrics'][number];
  /** Whether it is compared on the same mix; a stock has no cases that could be split so. */
  compared: boolean;
}

export const MEASURES: Measure[] = [
  {
    name: 'first',
    title: 'score.first',
    asked: { metric: 'first_response_time', statistic: QUANTILES, as: 'first' },
    compared: true,
  },
  {
    name: 'next',
    title: 'score.next',
    asked: { metric: 'next_reply_time', statistic: QUANTILES, as: 'next' },
    compared: true,
  },
  {
    name: 'resolution',
    title: 'score.resolution',
    asked: { metric: 'full_resolution_time', statistic: QUANTILES, as: 'resolution' },
    compared: true,
  },
  {
    name: 'fcr',
    title: 'score.fcr',
    // Credited to whoever solved it, not to whoever had it when it came in.
    asked: { metric: 'first_contact_resolution', attribution: 'solved', as: 'fcr' },
    compared: true,
  },
  {
    name: 'reopened',
    title: 'score.reopened',
    asked: { metric: 'reopen_rate', variant: 'cohort_nd', as: 'reopened' },
    compared: true,
  },
  {
    name: 'csat',
    title: 'score.csat',
    asked: { metric: 'csat', as: 'csat' },
    compared: true,
  },
  {
    name: 'sla',
    title: 'score.sla',
    asked: { metric: 'sla_attainment', as: 'sla' },
    compared: true,
  },
  {
    name: 'handle',
    title: 'score.handle',
    asked: { metric: 'handle_time', statistic: QUANTILES, as: 'handle' },
    compared: true,
  },
  {
    name: 'backlog',
    title: 'score.backlog',
    asked: { metric: 'backlog', as: 'backlog' },
    compared: false,
  },
];

/** The measure whose n is how many tickets were solved. */
export const SOLVED = 'resolution';

export const ALL = MEASURES.map(({ asked }) => asked);

/** What is asked of peers and of kinds of tickets: the value alone, which is quicker. */
export const COMPARED = MEASURES.filter(({ compared }) => compared).map(({ asked }) =>
  typeof asked === 'string' || !asked.statistic ? asked : { ...asked, statistic: 'median' },
);
