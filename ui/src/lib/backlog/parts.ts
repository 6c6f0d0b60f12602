/** Answers about the stock and its flow, in the shape that charts and sentences need. */
import type { Answer, Row } from '$lib/api/types';

export const STATUSES = ['new', 'open', 'pending', 'on_hold'] as const;
export type Status = (typeof STATUSES)[number];

/** Positions of the colours: strong where it is ours to act, quiet where others are waited for. */
export const STATUS_COLORS: Record<Status, number> = { new: 0, open: 2, pending: 4, on_hold: 7 };

/** The ages that the server tells apart, youngest first. */
export const AGES = ['<4h', '4-24h', '1-3d', '3-7d', '7-14d', '14-30d', '>=30d'] as const;

export interface Part {
  /** The value of the dimension; undefined for what is left over. */
  key: string | undefined;
  values: (number | null)[];
}

/** The buckets of an answer, in order, each once. */
export const times = (answer: Answer): string[] => [
  ...new Set(answer.rows.flatMap(({ time }) => (time ? [time] : []))),
];

/** Whether each bucket is cut or not over yet. */
export function partial(answer: Answer): boolean[] {
  const cut = new Set(answer.rows.filter((row) => row.partial).map(({ time }) => time));
  return times(answer).map((time) => cut.has(time));
}

/** The stock by status: one metric for each, as the status of a stock is that of the instant. */
export function byStatus(answer: Answer, buckets = times(answer)): Part[] {
  const cells = new Map(answer.rows.map((row) => [row.time, row.cells]));
  return STATUSES.map((status) => ({
    key: status,
    values: buckets.map((time) => cells.get(time)?.[`backlog:${status}`]?.value ?? null),
  }));
}

/** The stock by a dimension: the largest at the end first, the rest as one. */
export function byDimension(
  answer: Answer,
  dimension: string,
  buckets = times(answer),
  most = 7,
): Part[] {
  const position = new Map(buckets.map((time, at) => [time, at]));
  const found = new Map<string, (number | null)[]>();
  for (const row of answer.rows) {
    const key = valueOf(row, dimension);
    const values = found.get(key) ?? buckets.map(() => 0);
    const at = position.get(row.time ?? '');
    if (at !== undefined) values[at] = row.cells.backlog?.value ?? 0;
    found.set(key, values);
  }
  const parts = [...found].map(([key, values]) => ({ key, values }));
  const weight = ({ values }: Part) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  parts.sort((one, two) => weight(two) - weight(one));
  const kept: Part[] = parts.filter((part) => weight(part) > 0).slice(0, most);
  const rest = parts.slice(kept.length).filter((part) => weight(part) > 0);
  if (rest.length === 0) return kept;
  return [...kept, { key: undefined, values: totals(rest) }];
}

/** The value of a row's dimension, as the server writes it. */
export function valueOf(row: Row, dimension: string): string {
  const value = row[dimension];
  return typeof value === 'string' ? value : '(none)';
}

/** The sum of the parts at each point; null where none is known. */
export function totals(parts: Part[]): (number | null)[] {
  return (parts[0]?.values ?? []).map((_, at) => {
    const known = parts.flatMap(({ values }) => values[at] ?? []);
    return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
  });
}

/** First, last and largest of a row of totals, for a sentence about them. */
export interface Course {
  first: number;
  last: number;
  most: number;
  /** Position of the largest. */
  mostAt: number;
}

/** How totals went; undefined where there are none. */
export function course(values: (number | null)[]): Course | undefined {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  const [first] = known;
  if (!first) return undefined;
  const most = known.reduce((best, point) => (point.value > best.value ? point : best), first);
  return {
    first: first.value,
    last: known.at(-1)?.value ?? first.value,
    most: most.value,
    mostAt: most.at,
  };
}

export interface Flows {
  created: (number | null)[];
  solved: (number | null)[];
  /** Sums over the period: what one number for it would say. */
  in: number;
  out: number;
  /** Position of the bucket in which most was left undone; undefined where none was. */
  worst?: number;
}

/** What came in and what was solved, from the two sides of the clearance rate. */
export function flows(answer: Answer, cell: string): Flows {
  const created = answer.rows.map((row) => row.cells[cell]?.denominator ?? null);
  const solved = answer.rows.map((row) => row.cells[cell]?.numerator ?? null);
  const sum = (values: (number | null)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  let worst: number | undefined;
  let gap = 0;
  created.forEach((value, at) => {
    const left = (value ?? 0) - (solved[at] ?? 0);
    if (left > gap) [worst, gap] = [at, left];
  });
  return { created, solved, in: sum(created), out: sum(solved), worst };
}
