/** What every page's numbers are about: period, zone, filters, comparison. It lives in the URL. */
import type { Question } from '$lib/api/types';

/** The part of a question that stays when one goes from page to page. */
export interface Scope {
  range: string;
  zone?: string;
  where: string[];
  compare: string;
  clock?: string;
}

export const DEFAULT_RANGE = 'last 4 weeks';
export const DEFAULT_COMPARE = 'previous_period';

/** Ranges offered by name; any other that the server reads may stand in the URL. */
export const RANGES = [
  'today',
  'yesterday',
  'last 7 days',
  'last 4 weeks',
  'last 12 weeks',
  'last 52 weeks',
  'this month',
  'last month',
  'last 12 months',
  'all',
] as const;

const NAMES = ['range', 'zone', 'where', 'compare', 'clock'] as const;

/** Reads the scope from the parameters of an address. */
export function readScope(params: URLSearchParams): Scope {
  return {
    range: params.get('range') || DEFAULT_RANGE,
    zone: params.get('zone') ?? undefined,
    where: params.getAll('where').filter(Boolean),
    compare: params.get('compare') ?? DEFAULT_COMPARE,
    clock: params.get('clock') ?? undefined,
  };
}

/** Writes the scope into parameters, leaving out what is the default. */
export function writeScope(scope: Scope, into = new URLSearchParams()): URLSearchParams {
  for (const name of NAMES) into.delete(name);
  if (scope.range !== DEFAULT_RANGE) into.set('range', scope.range);
  if (scope.zone) into.set('zone', scope.zone);
  for (const filter of scope.where) into.append('where', filter);
  if (scope.compare !== DEFAULT_COMPARE) into.set('compare', scope.compare);
  if (scope.clock) into.set('clock', scope.clock);
  return into;
}

/** A link to another page that keeps the scope of this one. */
export function scoped(path: string, params: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const [name, value] of params) {
    if ((NAMES as readonly string[]).includes(name)) kept.append(name, value);
  }
  const text = kept.toString();
  return text ? `${path}?${text}` : path;
}

/** A question within the scope; parts given replace the scope's, `where` adds to it. */
export function within(scope: Scope, parts: Partial<Question> & { metrics: unknown[] }): Question {
  const { where, ...rest } = parts;
  const question: Record<string, unknown> = { range: scope.range };
  if (scope.zone) question.zone = scope.zone;
  if (scope.clock) question.clock = scope.clock;
  const filters = [...scope.where, ...(where ?? [])];
  if (filters.length) question.where = filters;
  const whole = { ...question, ...rest };
  // Before the beginning of history there is nothing to compare with.
  if (whole.range === 'all') delete whole.compare;
  return whole as Question;
}
