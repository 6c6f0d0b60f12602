/** The question behind “what changed since”. */
import type { Change, Question } from '$lib/api/types';

/** Numbers that are commonly reported. */
export const ASKED = [
  'volume',
  'first_response_time',
  'full_resolution_time',
  'reopen_rate',
  'csat',
  'sla_attainment',
] as const;

export interface RestateAsk {
  metric: string;
  /** A local day and time, as the browser's input gives it; read as UTC. */
  asOf: string;
  range: string;
  every?: string;
}

/** Reads it from an address; `undefined` where nothing was asked. */
export function readAsk(params: URLSearchParams): RestateAsk | undefined {
  const asOf = params.get('as_of');
  if (!asOf) return undefined;
  return {
    metric: params.get('metric') ?? 'volume',
    asOf,
    range: params.get('range') ?? 'last 12 weeks',
    every: params.get('every') ?? undefined,
  };
}

export function writeAsk(ask: RestateAsk): string {
  const params = new URLSearchParams({ metric: ask.metric, as_of: ask.asOf, range: ask.range });
  if (ask.every) params.set('every', ask.every);
  return `/sources/restatements?${params}`;
}

export function questionOf(ask: RestateAsk): Question {
  const question: Record<string, unknown> = {
    metrics: [ask.metric],
    range: ask.range,
    as_of: `${ask.asOf}:00Z`,
  };
  if (ask.every) question.every = ask.every;
  return question as Question;
}

/** Changes by time, then those that have none. */
export const inOrder = (changes: Change[]): Change[] =>
  [...changes].sort((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
