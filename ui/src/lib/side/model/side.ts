/** The desk from the other side: one dimension's values with the same numbers for each. */
import type { Asked } from '$lib/api/client';
import type { Answer, Cell, Question, Row } from '$lib/api/types';
import type { Key } from '$lib/i18n/i18n.svelte';
import { grainFor } from '$lib/question/grain';
import { within, type Scope } from '$lib/question/scope';
import { QUANTILES } from '$lib/scorecard/model/interval';

type Metric = Question['metrics'][number];

/** What is said of every value, beside how many tickets it has. */
export interface SideMeasure {
  name: string;
  title: Key;
  asked: Metric;
}

export const VOLUME = 'volume';

export const SIDE: SideMeasure[] = [
  {
    name: 'first',
    title: 'score.first',
    asked: { metric: 'first_response_time', statistic: QUANTILES, as: 'first' },
  },
  {
    name: 'resolution',
    title: 'score.resolution',
    asked: { metric: 'full_resolution_time', statistic: QUANTILES, as: 'resolution' },
  },
  {
    name: 'fcr',
    title: 'score.fcr',
    asked: { metric: 'first_contact_resolution', as: 'fcr' },
  },
  { name: 'reopened', title: 'score.reopened', asked: { metric: 'reopen_rate', as: 'reopened' } },
  { name: 'csat', title: 'score.csat', asked: { metric: 'csat', as: 'csat' } },
  { name: 'sla', title: 'score.sla', asked: { metric: 'sla_attainment', as: 'sla' } },
];

export const MEASURED: Metric[] = [VOLUME, ...SIDE.map(({ asked }) => asked)];

/** At most so many buckets in the small line of a row. */
const POINTS = 31;

const compares = (scope: Scope) => (scope.compare === 'none' ? {} : { compare: [scope.compare] });

/** The numbers of each value, with the comparison; parts given replace the usual. */
export function valuesQuestion(scope: Scope, by: string, parts: Partial<Question> = {}): Question {
  const order = [`-${VOLUME}`];
  return within(scope, { metrics: MEASURED, by: [by], order, ...compares(scope), ...parts });
}

/** The numbers of all values together, which shares are of. */
export function totalQuestion(scope: Scope, parts: Partial<Question> = {}): Question {
  return within(scope, { metrics: MEASURED, ...compares(scope), ...parts });
}

/** How many tickets each value had, bucket by bucket. */
export function courseQuestion(scope: Scope, by: string, parts: Partial<Question> = {}): Question {
  const every = grainFor(scope.range, POINTS);
  return within(scope, { metrics: [VOLUME], by: [by], every, order: ['time', by], ...parts });
}

export interface SideRow {
  name: string;
  cells: Record<string, Cell>;
  n: number;
  /** How many tickets in the period compared with; undefined where none is. */
  then?: number;
  /** Of all tickets. */
  share?: number;
  shareThen?: number;
}

export interface Side {
  by: string;
  question: Question;
  total: Row | undefined;
  totalQuestion: Question;
  metrics: Answer['metrics'];
  rows: SideRow[];
  /** Measures that have a value anywhere. */
  shown: SideMeasure[];
  zone: string;
  compared?: { from?: string | null; to: string; zone: string };
}

/** The table of a dimension from the answers to its two questions; errors are thrown. */
export function side(
  by: string,
  compare: string,
  values: Asked | undefined,
  total: Asked | undefined,
  questions: [Question, Question],
): Side {
  if (!values?.answer) throw values?.error ?? new Error('no answer');
  const { rows, metrics, period, compared } = values.answer;
  const all = total?.answer?.rows[0];
  const now = all?.cells[VOLUME]?.value;
  const before = all?.cells[VOLUME]?.compared?.[compare]?.value;
  const [question, whole] = questions;
  return {
    by,
    question,
    totalQuestion: whole,
    total: all,
    metrics,
    rows: rows.map((row) => sideRow(String(row[by]), row.cells, compare, now, before)),
    shown: SIDE.filter(({ name }) => rows.some(({ cells }) => (cells[name]?.n ?? 0) > 0)),
    zone: period.zone,
    compared: compared?.[compare],
  };
}

function sideRow(
  name: string,
  cells: Record<string, Cell>,
  compare: string,
  now: number | null | undefined,
  before: number | null | undefined,
): SideRow {
  const n = cells[VOLUME]?.value ?? 0;
  const then = cells[VOLUME]?.compared?.[compare]?.value ?? undefined;
  return {
    name,
    cells,
    n,
    then,
    share: now ? n / now : undefined,
    shareThen: before && then !== undefined ? then / before : undefined,
  };
}

/** Bucket by bucket, a number for each value, in the order of `names`; none is zero tickets. */
export function courses(
  answer: Answer,
  by: string,
  names: string[],
): { times: string[]; partial: boolean[]; values: Map<string, number[]> } {
  const times = [...new Set(answer.rows.map((row) => row.time ?? ''))].sort();
  const place = new Map(times.map((time, at) => [time, at]));
  const partial = times.map(() => false);
  const values = new Map(names.map((name) => [name, times.map(() => 0)]));
  for (const row of answer.rows) {
    const at = place.get(row.time ?? '');
    if (at === undefined) continue;
    partial[at] ||= row.partial === true;
    const line = values.get(String(row[by]));
    if (line) line[at] = row.cells[VOLUME]?.value ?? 0;
  }
  return { times, partial, values };
}
