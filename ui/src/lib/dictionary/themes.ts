/** The dictionary by theme, and finding a metric in it. */
import type { Metric } from '$lib/api/types';

const MEMBERS = {
  speed: [
    'first_response_time',
    'first_acknowledgement_time',
    'next_reply_time',
    'requester_wait_time',
    'waiting_time',
  ],
  resolution: [
    'first_resolution_time',
    'full_resolution_time',
    'net_resolution_time',
    'resolution_rate',
    'first_contact_resolution',
    'reopen_rate',
  ],
  flow: ['volume', 'backlog', 'backlog_age', 'backlog_days', 'clearance_rate'],
  promises: ['sla_attainment', 'sla_time_left', 'sla_overrun', 'sla_illegitimate_pause'],
  experience: ['csat', 'csat_response_rate', 'csat_flips'],
  effort: [
    'agent_work_time',
    'handle_time',
    'replies_per_ticket',
    'cases_per_agent',
    'waiting_on_customer_time',
    'on_hold_time',
  ],
  routing: ['transfer_hops', 'transfer_rate', 'escalation_rate', 'consistency'],
} as const;

export type Theme = keyof typeof MEMBERS | 'other';
export const THEMES: Theme[] = [...(Object.keys(MEMBERS) as (keyof typeof MEMBERS)[]), 'other'];

/** The theme of a metric; one that a desk defined itself is among the others. */
export function themeOf(name: string): Theme {
  const known = Object.entries(MEMBERS) as [keyof typeof MEMBERS, readonly string[]][];
  return known.find(([, members]) => members.includes(name))?.[0] ?? 'other';
}

/** Metrics by theme, in the order of the themes; empty ones are left out. */
export function grouped<M extends Pick<Metric, 'name'>>(
  metrics: M[],
): { theme: Theme; metrics: M[] }[] {
  return THEMES.map((theme) => {
    const members: readonly string[] = theme === 'other' ? [] : MEMBERS[theme];
    const own = metrics.filter(({ name }) => themeOf(name) === theme);
    own.sort((a, b) => members.indexOf(a.name) - members.indexOf(b.name));
    return { theme, metrics: own };
  }).filter(({ metrics }) => metrics.length > 0);
}

/** Whether every word looked for is somewhere in what is known of a metric. */
export function matches(metric: Metric, title: string, text: string): boolean {
  const known = [
    metric.name,
    metric.id,
    metric.title,
    title,
    metric.description,
    ...metric.variants,
  ]
    .join(' ')
    .replaceAll('_', ' ')
    .toLowerCase();
  return text
    .toLowerCase()
    .replaceAll('_', ' ')
    .split(/\s+/)
    .every((word) => known.includes(word));
}

/** The first sentence of a description. */
export const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
