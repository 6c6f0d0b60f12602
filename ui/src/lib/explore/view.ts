/** What the address of Explore says: the question, and how its answer is drawn. */
import type { Question } from '$lib/api/types';
import { readQuestion, writeQuestion } from '$lib/question/url';
import { words } from './asked';

export const KINDS = ['number', 'line', 'bars', 'heat', 'distribution', 'funnel', 'table'] as const;
export type Kind = (typeof KINDS)[number];

export interface View {
  question: Question;
  /** The kind of chart asked for; absent = the one that fits best. */
  as?: Kind;
  /** Groups are piled on each other. */
  stack: boolean;
  /** One small chart for each value of the first dimension. */
  multiples: boolean;
}

export const DEFAULT: Question = {
  metrics: ['first_response_time'],
  every: 'week',
  range: 'last 52 weeks',
};

/** The percentiles that a distribution is drawn from. */
export const PERCENTILES = [
  'p5',
  'p10',
  'p20',
  'p30',
  'p40',
  'median',
  'p60',
  'p70',
  'p80',
  'p90',
  'p95',
  'p99',
];

/** Whether an address names no question of its own yet. */
export const first = (params: URLSearchParams): boolean => !params.has('metrics');

/** Reads what to show; an address without metrics gets the default question within its scope. */
export function readView(params: URLSearchParams): View {
  const asked = readQuestion(params);
  const as = KINDS.find((kind) => kind === params.get('as'));
  const scope = Object.fromEntries(
    Object.entries(asked).filter(([name]) => name !== 'metrics' && name !== 'by'),
  );
  // From another page, `compare=none` is how its scope says that nothing is compared with.
  const compare = asked.compare?.filter((name) => name !== 'none');
  return {
    question: {
      ...(first(params) ? { ...DEFAULT, ...scope } : asked),
      ...(compare ? { compare } : {}),
    },
    ...(as ? { as } : {}),
    stack: params.has('stack'),
    multiples: params.has('multiples'),
  };
}

/** Writes what is shown as an address. */
export function writeView({ question, as, stack, multiples }: View): string {
  const params = writeQuestion(question);
  if (as) params.set('as', as);
  if (stack) params.set('stack', '1');
  if (multiples) params.set('multiples', '1');
  return `/explore?${params}`;
}

/** The question as it is put to the server: a distribution asks for percentiles by itself. */
export function put({ question, as }: View): Question {
  if (as !== 'distribution') return question;
  const asked = words(question.statistic).filter((name) => quantile(name) !== undefined);
  return asked.length >= 4 ? question : { ...question, statistic: PERCENTILES };
}

/** Which share of values lies below a statistic: `p90` → 90, `median` → 50. */
export function quantile(statistic: string): number | undefined {
  if (statistic === 'median') return 50;
  const [, digits] = /^p(\d+(?:\.\d+)?)$/.exec(statistic) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
