/** One cell of an answer: the question that gives it alone, its narrower neighbours, its words. */
import type { Answer, Cell, Drill, MetricMeta, Question, Row, TicketRow } from '$lib/api/types';
import { equals, ticketHref } from '$lib/question/url';
import { parseDateTime, toZoned, type DateTimeDuration } from '@internationalized/date';

/** Dimensions that a cell is broken down by, where it is not fixed in them already. */
export const BREAKDOWNS = ['group', 'product', 'channel', 'agent', 'priority', 'topic'] as const;

type CellOf = Partial<Drill>;

/** The question that has the cell, without what the cell does not need. */
export function numberQuestion(question: Question, cell: CellOf): Question {
  const { every, by, ...rest } = question;
  delete rest.order;
  delete rest.limit;
  const fixed = (by ?? []).filter((name) => name in (cell.dimensions ?? {}));
  return {
    ...rest,
    ...(cell.time && every ? { every } : {}),
    ...(fixed.length ? { by: fixed } : {}),
  };
}

/** A number with what it means. */
export interface Found {
  name: string;
  meta: MetricMeta;
  cell: Cell;
  row: Row;
}

/** The cell in the answer to {@link numberQuestion}. */
export function find(answer: Answer, cell: CellOf): Found | undefined {
  const [first] = answer.question.metrics;
  const name =
    cell.metric ?? (typeof first === 'string' ? first : (first?.as ?? first?.metric)) ?? '';
  const meta = answer.metrics[name];
  const row = answer.rows.find(
    (row) =>
      (!cell.time || row.time === cell.time) &&
      Object.entries(cell.dimensions ?? {}).every(
        ([dimension, value]) => String(row[dimension] ?? '(none)') === value,
      ),
  );
  const found = row?.cells[name];
  return meta && row && found ? { name, meta, cell: found, row } : undefined;
}

const STEPS: Record<string, DateTimeDuration> = {
  hour: { hours: 1 },
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
};

/** The instants of a bucket, cut to the period of the answer. */
export function bucketEnds(
  time: string,
  every: string,
  period: Answer['period'],
): { from: string; to: string } {
  const local = parseDateTime(time.length <= 10 ? `${time}T00:00` : time);
  const step = STEPS[every] ?? { days: 1 };
  const instants = [local, local.add(step)].map((at) => toZoned(at, period.zone).toDate());
  const [start, end] = instants.map((at) => at.getTime()) as [number, number];
  const from = period.from ? Math.max(start, Date.parse(period.from)) : start;
  const to = Math.min(end, Date.parse(period.to));
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The dimensions worth splitting the cell by. */
export function openDimensions(question: Question, cell: CellOf): string[] {
  const fixed = Object.keys(cell.dimensions ?? {});
  const filtered = (question.where ?? []).flatMap((filter) => {
    const name = /^([\w.]+) (?:= |is null)/.exec(filter)?.[1];
    return name ? [name] : [];
  });
  const taken = [...fixed, ...filtered].map((name) => name.split('.').at(-1) ?? name);
  return BREAKDOWNS.filter((name) => !taken.includes(name));
}

/** The cell's number once more, split by each dimension in turn. */
export function breakdownQuestions(answer: Answer, cell: CellOf, dimensions: string[]): Question[] {
  const { question, period } = answer;
  const found = find(answer, cell);
  const metric = question.metrics.find(
    (asked) => typeof asked !== 'string' && asked.as === found?.name,
  );
  const rest = { ...question };
  delete rest.compare;
  delete rest.by;
  delete rest.every;
  const filters = Object.entries(cell.dimensions ?? {}).map(([name, value]) => equals(name, value));
  const where = [...(question.where ?? []), ...filters];
  const range =
    cell.time && question.every ? bucketEnds(cell.time, question.every, period) : question.range;
  return dimensions.map((dimension) => ({
    ...rest,
    metrics: metric ? [metric] : question.metrics,
    by: [dimension],
    ...(where.length ? { where } : {}),
    ...(range ? { range } : {}),
  }));
}

/** The question narrowed to one value more. */
export function narrower(question: Question, dimension: string, value: string): Question {
  const filter = equals(dimension, value);
  const where = question.where ?? [];
  return where.includes(filter) ? question : { ...question, where: [...where, filter] };
}

export interface Part {
  value: string;
  cell: Cell;
}

/** Groups of so few are put last, because their numbers say little. */
export const FEW_ROWS = 5;

/**
 * The parts of a breakdown, the worst first; those of few rows after all others. People are not
 * ranked by how well they do: they come by how much they do.
 */
export function parts(answer: Answer, dimension: string, name: string): Part[] {
  const good = answer.metrics[name]?.good;
  const sign = good === 'high' ? 1 : -1;
  const all = answer.rows.flatMap((row) => {
    const cell = row.cells[name];
    return cell && cell.n > 0 ? [{ value: String(row[dimension] ?? '(none)'), cell }] : [];
  });
  const little = ({ cell }: Part) => (cell.n < FEW_ROWS ? 1 : 0);
  if (dimension === 'agent') return all.sort((a, b) => b.cell.n - a.cell.n);
  return all.sort(
    (a, b) =>
      little(a) - little(b) ||
      sign * ((a.cell.value ?? 0) - (b.cell.value ?? 0)) ||
      b.cell.n - a.cell.n,
  );
}

/** How many rows there should be behind the number: the `n` of the side that is looked at. */
export function expected(found: Pick<Found, 'cell' | 'meta'>, side: Drill['side']): number {
  const { cell, meta } = found;
  if (meta.kind === 'flow' && side === 'numerator') return cell.numerator ?? cell.n;
  return cell.n;
}

/** Whether the value of a row says anything beside that it counts. */
export const valueMatters = (meta: MetricMeta): boolean =>
  !['count', 'flow', 'stock'].includes(meta.kind);

/** A ticket opened from a number: its page shows the clock of that number first. */
export function ticketLink(
  row: Pick<TicketRow, 'source' | 'ticket'>,
  meta: Pick<MetricMeta, 'metric' | 'variant' | 'clock'>,
  zone: string | null | undefined,
): string {
  const params = new URLSearchParams({ metric: `${meta.metric}:${meta.variant}` });
  if (meta.clock) params.set('clock', meta.clock);
  if (zone) params.set('zone', zone);
  return `${ticketHref(row.source, row.ticket)}?${params}`;
}

/** Warnings that are of this cell: those of a whole period say nothing of a bucket that is over. */
export function warningsFor(answer: Answer, cell: CellOf): Answer['warnings'] {
  const n = find(answer, cell)?.cell.n ?? 0;
  const whole = ['not_over', 'partial_bucket', 'week_start', 'solved_before_reply', 'none_share'];
  return answer.warnings.filter(
    ({ code }) => !(cell.time && whole.includes(code)) && !(code === 'small_n' && n >= FEW_ROWS),
  );
}
