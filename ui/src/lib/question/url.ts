/** The URL holds the question: the same names as `GET /api/v1/questions` takes. */
import type { Drill, Question } from '$lib/api/types';

const LISTS = ['metrics', 'by', 'compare', 'order'] as const;
const WORDS = ['every', 'zone', 'week_start', 'attribution', 'clock', 'as_of'] as const;
const CELL = 'cell.';

type Loose = Record<string, unknown>;

/** Reads a question from the parameters of an address; what is no part of one is left alone. */
export function readQuestion(params: URLSearchParams): Question {
  const question: Loose = { metrics: [] };
  for (const name of LISTS) {
    const items = params
      .getAll(name)
      .flatMap((text) => (text.startsWith('{') ? [text] : text.split(',')));
    const kept = items.map((item) => item.trim()).filter(Boolean);
    if (kept.length)
      question[name] = kept.map((item) => (item.startsWith('{') ? parsed(item) : item));
  }
  for (const name of WORDS) {
    const value = params.get(name);
    if (value) question[name] = value;
  }
  const statistic = params
    .getAll('stat')
    .flatMap((text) => text.split(','))
    .filter(Boolean);
  if (statistic.length) question.statistic = statistic;
  const where = params.getAll('where').filter(Boolean);
  if (where.length) question.where = where;
  const range = readRange(params);
  if (range) question.range = range;
  const limit = Number(params.get('limit'));
  if (Number.isInteger(limit) && limit > 0) question.limit = limit;
  return question as Question;
}

function readRange(params: URLSearchParams): string | Record<string, string> | undefined {
  const ends = Object.fromEntries(
    ['from', 'to', 'at'].flatMap((end) => {
      const value = params.get(end);
      return value ? [[end, value]] : [];
    }),
  );
  return Object.keys(ends).length ? ends : (params.get('range') ?? undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Writes a question as the parameters of an address, in a fixed order, without what is absent. */
export function writeQuestion(question: Question): URLSearchParams {
  const params = new URLSearchParams();
  const loose = question as unknown as Loose;
  for (const name of LISTS) {
    const items = (loose[name] as unknown[] | undefined) ?? [];
    const texts = items.filter((item) => typeof item === 'string');
    if (texts.length) params.append(name, texts.join(','));
    for (const item of items) {
      if (typeof item !== 'string') params.append(name, JSON.stringify(item));
    }
  }
  for (const name of WORDS) {
    const value = loose[name];
    if (typeof value === 'string' && value) params.set(name, value);
  }
  const statistic = loose.statistic as string[] | undefined;
  if (statistic?.length) params.set('stat', statistic.join(','));
  for (const filter of question.where ?? []) params.append('where', filter);
  const range = loose.range;
  if (typeof range === 'string') params.set('range', range);
  else if (range) {
    for (const [end, value] of Object.entries(range as Record<string, string | null>)) {
      if (value) params.set(end, value);
    }
  }
  if (question.limit) params.set('limit', String(question.limit));
  return params;
}

/** The address of Explore with this question. */
export function exploreHref(question: Question, as?: string): string {
  const params = writeQuestion(question);
  if (as) params.set('as', as);
  return `/explore?${params}`;
}

/** The address of the page behind one cell of the answer to this question. */
export function cellHref(question: Question, cell: Partial<Drill>): string {
  const params = writeQuestion(question);
  if (cell.metric) params.set(`${CELL}metric`, cell.metric);
  if (cell.time) params.set(`${CELL}time`, cell.time);
  if (cell.side) params.set(`${CELL}side`, cell.side);
  for (const [name, value] of Object.entries(cell.dimensions ?? {}))
    params.set(`${CELL}by.${name}`, value);
  if (cell.sort) params.set(`${CELL}sort`, cell.sort);
  if (cell.ascending) params.set(`${CELL}ascending`, 'true');
  return `/cell?${params}`;
}

/** Reads which cell an address names; the reverse of {@link cellHref}. */
export function readCell(params: URLSearchParams): Partial<Drill> {
  const cell: Loose = {};
  const dimensions: Record<string, string> = {};
  for (const [key, value] of params) {
    if (!key.startsWith(CELL)) continue;
    const name = key.slice(CELL.length);
    if (name.startsWith('by.')) dimensions[name.slice(3)] = value;
    else if (name === 'ascending') cell.ascending = value === 'true';
    else cell[name] = value;
  }
  if (Object.keys(dimensions).length) cell.dimensions = dimensions;
  return cell as Partial<Drill>;
}

/** The address of a ticket. */
export const ticketHref = (source: string, ticket: string): string =>
  `/tickets/${encodeURIComponent(source)}/${encodeURIComponent(ticket)}`;

/** A filter that one dimension has one value, quoted as the server reads it. */
export function equals(dimension: string, value: string): string {
  return value === '(none)' ? `${dimension} is null` : `${dimension} = ${quoted(value)}`;
}

/** A value as it stands in a filter; a quote of one kind is kept within quotes of the other. */
export function quoted(value: string): string {
  if (/^[\p{L}\p{N}_.-]+$/u.test(value)) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
