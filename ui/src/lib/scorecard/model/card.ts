/** The scorecard: questions that fill it, and its rows from their answers. */
import type { Asked } from '$lib/api/client';
import type { Answer, Cell, Good, Question, Row } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';
import { interval, SMALL_N, type Interval } from './interval';
import { ALL, COMPARED, MEASURES } from './measures';
import { expected, MIXES, strata, type Mix, type Strata } from './mix';

/** Whom a scorecard is about, and who they are compared with. */
export interface About {
  who: 'group' | 'agent';
  /** Filters that hold for those it is about and for their peers. */
  where: string[];
  mix: Mix;
}

const NONE = '(none)';

/**
 * Four questions: everyone, everyone by kind of ticket, the peers by kind of ticket, the peers.
 * The peers are all who belong to a team (or are an agent): what machines solve is nobody's work.
 */
export function cardQuestions(scope: Scope, { who, where, mix }: About): Question[] {
  const kinds = [...MIXES[mix]];
  const peers = [...where, `${who} is not null`];
  return [
    within(scope, { metrics: ALL, by: [who], where, order: [who] }),
    within(scope, { metrics: COMPARED, by: [who, ...kinds], where: peers }),
    within(scope, { metrics: COMPARED, by: kinds, where: peers }),
    within(scope, { metrics: [...COMPARED, 'backlog'], where: peers }),
  ];
}

export type Verdict =
  'none' | 'few' | 'unjudged' | 'expected' | 'better' | 'worse' | 'higher' | 'lower';

/** One number of somebody, with what to make of it. */
export interface Score {
  cell: Cell | undefined;
  interval?: Interval;
  /** The value on the same mix of tickets. */
  expected?: number;
  verdict: Verdict;
  /** How far from expected, in halves of the interval: above 1 it is more than chance. */
  distance: number;
}

export interface ScoreRow {
  name: string;
  scores: Record<string, Score>;
  /** The largest distance of all, by which rows can be ordered. */
  distance: number;
}

export interface Scorecard {
  question: Question;
  /** The question about all peers together. */
  peers: Question;
  metrics: Answer['metrics'];
  rows: ScoreRow[];
  /** The numbers of all peers together. */
  whole: Record<string, Score> | undefined;
  /** Measures that have a value anywhere. */
  shown: string[];
  zone: string;
}

/** What to make of a value, given what was to be expected. */
export function judge(
  cell: Cell | undefined,
  wanted: number | undefined,
  good: Good,
  compared = true,
): Score {
  const value = cell?.value;
  if (!cell || cell.n === 0 || value === null || value === undefined)
    return { cell, verdict: 'none', distance: 0 };
  const found = interval(cell);
  const score = { cell, interval: found, expected: wanted, distance: 0 };
  if (!compared) return { ...score, verdict: 'unjudged' };
  if (cell.n < SMALL_N) return { ...score, verdict: 'few' };
  if (!found || wanted === undefined) return { ...score, verdict: 'unjudged' };
  const above = value > wanted;
  const half = above ? value - found.low : found.high - value;
  const distance = half > 0 ? Math.abs(value - wanted) / half : 0;
  if (found.low <= wanted && wanted <= found.high)
    return { ...score, distance, verdict: 'expected' };
  if (good === 'context') return { ...score, distance, verdict: above ? 'higher' : 'lower' };
  return { ...score, distance, verdict: (good === 'high') === above ? 'better' : 'worse' };
}

/** The scorecard from the answers to {@link cardQuestions}; an error of the first is thrown. */
export function scorecard(asked: Asked[], { who, mix }: About, questions: Question[]): Scorecard {
  const [all, kinds, peers, whole] = asked;
  const [question, , , together] = questions;
  if (!all?.answer || !question || !together) throw all?.error ?? new Error('no answer');
  const answer = all.answer;
  const byWho = groups(kinds?.answer?.rows ?? [], who);
  const peerRows = peers?.answer?.rows ?? [];
  const total = whole?.answer?.rows[0];
  const rows = answer.rows
    .filter((row) => row[who] !== NONE)
    .map((row) => scoreRow(String(row[who]), row, byWho.get(String(row[who])) ?? []));

  function scoreRow(name: string, row: Row, own: Row[]): ScoreRow {
    const scores = Object.fromEntries(
      MEASURES.map((measure) => [
        measure.name,
        judge(
          row.cells[measure.name],
          measure.compared
            ? expected(
                kindsOf(own, measure.name),
                kindsOf(peerRows, measure.name),
                total?.cells[measure.name]?.value,
              )?.value
            : undefined,
          answer.metrics[measure.name]?.good ?? 'context',
          measure.compared,
        ),
      ]),
    );
    return {
      name,
      scores,
      distance: Math.max(0, ...Object.values(scores).map(({ distance }) => distance)),
    };
  }

  function kindsOf(rows: Row[], measure: string): Strata {
    return strata(rows, MIXES[mix], measure);
  }

  return {
    question,
    peers: together,
    metrics: answer.metrics,
    rows: rows.filter(({ scores }) => Object.values(scores).some(({ cell }) => (cell?.n ?? 0) > 0)),
    whole: total && unjudged(total),
    shown: MEASURES.map(({ name }) => name).filter((name) =>
      rows.some(({ scores }) => (scores[name]?.cell?.n ?? 0) > 0),
    ),
    zone: answer.period.zone,
  };
}

/** Numbers that are shown and not judged. */
const unjudged = ({ cells }: Row): Record<string, Score> =>
  Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name, { cell, verdict: 'unjudged', distance: 0 }]),
  );

export type Order = 'name' | 'distance';

/** By name, or by how far from expected, for better or worse: never a ranking of one number. */
export function ordered(rows: ScoreRow[], order: Order, tag: string): ScoreRow[] {
  const names = new Intl.Collator(tag, { numeric: true });
  const byName = rows.toSorted((a, b) => names.compare(a.name, b.name));
  return order === 'distance' ? byName.toSorted((a, b) => b.distance - a.distance) : byName;
}

/** The ends between which a measure's strips are drawn, so that rows can be compared by eye. */
export function reach(rows: ScoreRow[], measure: string): Interval | undefined {
  const marks = rows.flatMap(({ scores }) => {
    const score = scores[measure];
    if (!score?.interval || score.verdict === 'few') return [];
    return [score.interval.low, score.interval.high, score.expected ?? score.interval.low];
  });
  return marks.length ? { low: Math.min(...marks), high: Math.max(...marks) } : undefined;
}

/** How many of the numbers are judged, and how many lie outside of what chance explains. */
export function tally(rows: ScoreRow[]): { judged: number; few: number; outside: ScoreMark[] } {
  const all = rows.flatMap(({ name, scores }) =>
    Object.entries(scores).map(([measure, score]) => ({ name, measure, score })),
  );
  const outside = all.filter(({ score }) =>
    ['better', 'worse', 'higher', 'lower'].includes(score.verdict),
  );
  return {
    judged: outside.length + all.filter(({ score }) => score.verdict === 'expected').length,
    few: all.filter(({ score }) => score.verdict === 'few').length,
    outside: outside.toSorted((a, b) => b.score.distance - a.score.distance),
  };
}

export interface ScoreMark {
  name: string;
  measure: string;
  score: Score;
}

/** Rows by the value of one dimension. */
export function groups(rows: Row[], dimension: string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const name = String(row[dimension]);
    const known = found.get(name);
    if (known) known.push(row);
    else found.set(name, [row]);
  }
  return found;
}
