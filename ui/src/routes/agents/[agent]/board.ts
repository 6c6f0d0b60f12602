/** What an agent's own page asks, and what it makes of the answers. */
import type { Asked } from '$lib/api/client';
import type { Answer, Cell, Question, Row } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';
import { equals } from '$lib/question/url';
import { groups, judge, type Score } from '$lib/scorecard/model/card';
import { SMALL_N, type Interval } from '$lib/scorecard/model/interval';
import { ALL, COMPARED, MEASURES } from '$lib/scorecard/model/measures';
import { expected, MIXES, strata, type Mix } from '$lib/scorecard/model/mix';

/** Fewer colleagues than this have no range that would not point at one of them. */
export const PEERS_MIN = 4;

/** What is shown of the past: speed, quality, and how much. */
export const PAST = ['first', 'next', 'resolution', 'fcr'] as const;

export interface About {
  agent: string;
  /** The team whose agents are the colleagues; all agents where none is known. */
  team: string | undefined;
  mix: Mix;
}

/** The question that tells which teams an agent solves for. */
export function teamQuestion(scope: Scope, agent: string): Question {
  return within(scope, {
    metrics: [{ metric: 'full_resolution_time', as: 'solved' }],
    by: ['group'],
    where: [equals('agent', agent)],
  });
}

/** The team for which most was solved. */
export function teamOf(answer: Answer): string | undefined {
  const teams = answer.rows
    .filter((row) => row.group !== '(none)' && (row.cells.solved?.n ?? 0) > 0)
    .toSorted((a, b) => (b.cells.solved?.n ?? 0) - (a.cells.solved?.n ?? 0));
  return teams[0] ? String(teams[0].group) : undefined;
}

/** One batch; the last two are about each colleague, without whom there is no range. */
export function agentQuestions(scope: Scope, { agent, team, mix }: About): Question[] {
  const kinds = [...MIXES[mix]];
  const mine = [equals('agent', agent)];
  const peers = [...(team ? [equals('group', team)] : []), 'agent is not null'];
  const compares = scope.compare === 'none' ? {} : { compare: [scope.compare] };
  return [
    within(scope, { metrics: ALL, where: mine, ...compares }),
    within(scope, { metrics: COMPARED, by: kinds, where: mine }),
    within(scope, { metrics: COMPARED, by: kinds, where: peers }),
    within(scope, { metrics: COMPARED, where: peers }),
    pastQuestion(scope, agent),
    within(scope, {
      metrics: [{ metric: 'full_resolution_time', as: 'solved' }],
      by: ['topic'],
      where: mine,
    }),
    ...(team
      ? [
          within(scope, { metrics: COMPARED, by: ['agent'], where: peers }),
          within(scope, { metrics: COMPARED, by: ['agent', ...kinds], where: peers }),
        ]
      : []),
  ];
}

/** Twelve months of an agent, whatever the period of the page. */
export function pastQuestion(scope: Scope, agent: string): Question {
  const metrics = MEASURES.filter(({ name }) => (PAST as readonly string[]).includes(name));
  return within(scope, {
    metrics: metrics.map(({ asked }) => asked),
    range: 'last 12 months',
    every: 'month',
    where: [equals('agent', agent)],
  });
}

/** The tickets of an agent whose customers wait for an answer now. */
export function waitingQuestion(scope: Scope, agent: string): Question {
  return {
    metrics: [{ metric: 'backlog_age', variant: 'since_customer', as: 'waits' }],
    where: [equals('agent', agent)],
    range: 'all',
    ...(scope.zone ? { zone: scope.zone } : {}),
  };
}

export interface Mine extends Score {
  name: string;
  then: Cell | undefined;
  /** Where the middle half of the colleagues would be with this agent's mix. */
  band?: Interval;
}

export interface AgentBoard {
  metrics: Answer['metrics'];
  numbers: Mine[];
  /** How many colleagues have any number. */
  peers: number;
  zone: string;
}

/** An agent's numbers from the answers to {@link agentQuestions}. */
export function agentBoard(asked: Asked[], about: About, compared: string): AgentBoard {
  const [mine, kinds, peerKinds, whole, , , each, eachKinds] = asked;
  if (!mine?.answer) throw mine?.error ?? new Error('no answer');
  const answer = mine.answer;
  const cells = answer.rows[0]?.cells ?? {};
  const of = (rows: Row[] | undefined, measure: string) =>
    strata(rows ?? [], MIXES[about.mix], measure);
  const byAgent = groups(eachKinds?.answer?.rows ?? [], 'agent');
  const others = (each?.answer?.rows ?? []).filter(
    ({ agent }) => agent !== about.agent && agent !== '(none)',
  );
  const numbers = MEASURES.filter(({ name }) => (cells[name]?.n ?? 0) > 0).map((measure) => {
    const { name } = measure;
    const peers = of(peerKinds?.answer?.rows, name);
    const all = whole?.answer?.rows[0]?.cells[name]?.value;
    const wanted = (rows: Row[] | undefined) => expected(of(rows, name), peers, all)?.value;
    const own = measure.compared ? wanted(kinds?.answer?.rows) : undefined;
    const against = others.map((row) => ({
      cell: row.cells[name],
      expected: wanted(byAgent.get(String(row.agent))),
    }));
    const meta = answer.metrics[name];
    return {
      name,
      ...judge(cells[name], own, meta?.good ?? 'context', measure.compared),
      then: cells[name]?.compared?.[compared],
      band: band(against, own, meta?.unit === 'share' ? 1 : Infinity),
    };
  });
  return { metrics: answer.metrics, numbers, peers: others.length, zone: answer.period.zone };
}

/**
 * Where the middle half of the colleagues would be with one's own mix: each colleague's value
 * against what was expected of them, applied to what is expected of oneself.
 */
export function band(
  peers: { cell: Cell | undefined; expected: number | undefined }[],
  own: number | undefined,
  most = Infinity,
): Interval | undefined {
  if (own === undefined) return undefined;
  const ratios = peers
    .flatMap(({ cell, expected }) =>
      cell && cell.n >= SMALL_N && typeof cell.value === 'number' && expected
        ? [cell.value / expected]
        : [],
    )
    .sort((a, b) => a - b);
  if (ratios.length < PEERS_MIN) return undefined;
  return {
    low: Math.min(most, own * quantile(ratios, 0.25)),
    high: Math.min(most, own * quantile(ratios, 0.75)),
  };
}

/** A quantile of sorted values, linear between neighbours. */
function quantile(sorted: number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [left, right] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return left + (right - left) * (at % 1);
}
