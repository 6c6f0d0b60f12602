/** Questions to begin with, in words. */
import type { Question } from '$lib/api/types';
import type { Key } from '$lib/i18n/i18n.svelte';
import type { View } from './view';

export interface Starter {
  title: Key;
  view: Omit<View, 'question'> & { question: Question };
}

const plain = (question: Question, more: Partial<View> = {}): Starter['view'] => ({
  question,
  stack: false,
  multiples: false,
  ...more,
});

export const STARTERS: Starter[] = [
  {
    title: 'explore.start.team',
    view: plain(
      {
        metrics: ['first_response_time'],
        by: ['current.group'],
        every: 'month',
        range: 'last 12 months',
      },
      { multiples: true },
    ),
  },
  {
    title: 'explore.start.when',
    view: plain({
      metrics: ['volume'],
      by: ['hour_of_day', 'day_of_week'],
      range: 'last 12 weeks',
    }),
  },
  {
    title: 'explore.start.rising',
    view: plain(
      { metrics: ['volume'], by: ['product'], every: 'week', range: 'last 52 weeks' },
      { stack: true },
    ),
  },
  {
    title: 'explore.start.unlucky',
    view: plain(
      { metrics: ['full_resolution_time'], by: ['priority'], range: 'last 12 weeks' },
      { as: 'distribution' },
    ),
  },
  {
    title: 'explore.start.happy',
    view: plain({
      metrics: ['csat'],
      by: ['channel'],
      range: 'last 12 weeks',
      compare: ['previous_period'],
    }),
  },
  {
    title: 'explore.start.path',
    view: plain(
      {
        metrics: ['volume', 'resolution_rate', 'first_contact_resolution', 'csat'],
        attribution: 'created',
        range: 'last 12 weeks',
      },
      { as: 'funnel' },
    ),
  },
];
