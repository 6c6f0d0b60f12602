/** The second request: who caused what stands out, and who drove what changed. */
import type { Asked } from '$lib/api/client';
import type { Answer, Drill, Question } from '$lib/api/types';
import { within, type Scope } from '$lib/question/scope';
import { keyed, named, parts, type Part } from './blame';
import { asked, type Core } from './core';
import { plusDays, weeksFrom } from './dates';
import type { Episode, Finding } from './standout';
import type { Tile } from './tile';

/** How many episodes, findings of each and changes are explained. */
export const EPISODES = 3;
export const FINDINGS = 4;
export const CHANGES = 3;
/** What is usual for an episode are so many weeks before it. */
export const BEFORE = 8;

const SIDES = ['product', 'team', 'channel'] as const;
/** From which side a cause is looked for; `team` is the group then or now. */
export type Side = (typeof SIDES)[number];

/** One finding split by one side. */
export interface Split {
  side: Side;
  dimension: string;
  question: Question;
  metric: string;
  parts: Part[];
}

/** A value worth naming. */
export interface Culprit {
  side: Side;
  dimension: string;
  value: string;
  share: number;
}

/** A finding with what is behind it. */
export interface Cause {
  finding: Finding;
  /** How many times as long as the episode that was which it is compared with. */
  scale: number;
  splits: Split[];
}

/** The cell that most of it came from. */
export interface Worst {
  question: Question;
  cell: Partial<Drill>;
  names: string[];
  n: number;
}

export interface Story {
  episode: Episode;
  range: string;
  causes: Cause[];
  culprits: Culprit[];
  worst: Worst | undefined;
}

/** A changed tile with who drove it. */
export interface Change {
  tile: Tile;
  splits: Split[];
  culprits: Culprit[];
}

export interface Follow {
  stories: Story[];
  changes: Change[];
}

/** Questions, and how their answers are read. */
export interface Plan {
  questions: Question[];
  read: (answers: readonly Asked[]) => Follow;
}

type Answers = (at: number) => Answer | undefined;

/** Plans the second request from what the first one found. */
export function plan(scope: Scope, found: readonly Episode[], tiles: readonly Tile[]): Plan {
  const questions: Question[] = [];
  const add = (question: Question) => questions.push(question) - 1;
  const stories = found.slice(0, EPISODES).map((episode) => story(scope, episode, add));
  const changes = change(scope, tiles, add);
  return {
    questions,
    read(answers) {
      const at: Answers = (index) => answers[index]?.answer;
      return { stories: stories.map((read) => read(at)), changes: changes(at) };
    },
  };
}

const dimensionOf = (side: Side, core: Core): string => (side === 'team' ? core.team : side);

/** Metrics that can be asked together: those split by the same dimension. */
function together(side: Side, cores: readonly Core[]): [string, Core[]][] {
  const groups = new Map<string, Core[]>();
  for (const core of cores) {
    const dimension = dimensionOf(side, core);
    groups.set(dimension, [...(groups.get(dimension) ?? []), core]);
  }
  return [...groups];
}

/** The findings looked into: of the times, which move together, only the strongest. */
function explained({ findings }: Episode): Finding[] {
  const time = findings.find(({ meta }) => meta.unit === 'seconds');
  return findings.filter((one) => one.meta.unit !== 'seconds' || one === time).slice(0, FINDINGS);
}

function story(scope: Scope, episode: Episode, add: (question: Question) => number) {
  const kept = explained(episode);
  const range = weeksFrom(episode.first, episode.weeks);
  const before = weeksFrom(plusDays(episode.first, -7 * BEFORE), BEFORE);
  const scale = BEFORE / episode.weeks;
  const ask = (cores: Core[], by: string[]) => {
    const one = { metrics: asked(cores), by };
    return [add(within(scope, { ...one, range })), add(within(scope, { ...one, range: before }))];
  };
  const cores = kept.map(({ core }) => core);
  const sides = SIDES.map((side) => ({
    side,
    asked: together(side, cores).map(([by, its]) => ({ by, its, at: ask(its, [by]) })),
  }));
  const worst = kept.find(({ meta }) => meta.kind === 'share' || meta.kind === 'duration');
  const joint = worst && ask([worst.core], ['product', worst.core.team]);

  return (answers: Answers): Story => {
    const causes = kept.map((finding): Cause => {
      const splits = sides.flatMap(({ side, asked }): Split[] => {
        const mine = asked.find(({ its }) => its.includes(finding.core));
        const [now, then] = mine ? mine.at.map(answers) : [];
        if (!mine || !now || !then) return [];
        const split = divide(finding, now, then, scale);
        const question = within(scope, { ...plain(finding), by: [mine.by], range });
        const metric = finding.core.metric;
        return [{ side, dimension: mine.by, question, metric, parts: split }];
      });
      return { finding, scale, splits };
    });
    const [now, then] = joint ? joint.map(answers) : [];
    return {
      episode,
      range,
      causes,
      culprits: SIDES.flatMap((side) => culprits(side, causes)),
      worst: worst && now && then ? cellOf(scope, worst, range, now, then) : undefined,
    };
  };
}

/** A finding's number as a link asks for it: the number that is shown. */
const plain = ({ core, statistic }: Finding) => ({
  metrics: [core.metric],
  ...(statistic ? { statistic: [statistic] } : {}),
});

function divide(finding: Finding, now: Answer, then: Answer, scale: number): Part[] {
  const metric = finding.core.metric;
  return parts(keyed(now, metric), keyed(then, metric), finding.meta, {
    statistic: finding.statistic,
    scale: finding.meta.kind === 'stock' ? 1 : scale,
  });
}

/** Named from one side; channels only where most of it came through one. */
function culprits(side: Side, causes: readonly Cause[]): Culprit[] {
  const lists = causes.flatMap(({ finding, splits }) => {
    const split = splits.find((one) => one.side === side);
    return split ? [{ parts: split.parts, strength: finding.strength, split }] : [];
  });
  return named(lists)
    .filter(({ share }) => side !== 'channel' || share >= 0.6)
    .map(({ key, share }) => ({
      side,
      dimension: lists[0]?.split.dimension ?? side,
      value: key[0] ?? '',
      share,
    }));
}

/** Fewer rows than these do not explain a week. */
const LEAST = 5;

function cellOf(
  scope: Scope,
  finding: Finding,
  range: string,
  now: Answer,
  then: Answer,
): Worst | undefined {
  const all = divide(finding, now, then, 1);
  const top = all.find((part) => (part.now?.n ?? 0) >= LEAST && !part.key.includes('(none)'));
  if (!top) return undefined;
  const by = now.question.by ?? [];
  const { metric } = finding.core;
  return {
    question: within(scope, { ...plain(finding), by, range }),
    cell: {
      metric,
      dimensions: Object.fromEntries(by.map((name, at) => [name, top.key[at] ?? ''])),
      // The worst come first: the longest waits, the promises that were broken.
      sort: 'value',
      ascending: finding.meta.good === 'high',
    },
    names: top.key,
    n: top.now?.n ?? 0,
  };
}

function change(scope: Scope, tiles: readonly Tile[], add: (question: Question) => number) {
  const most = tiles
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, CHANGES);
  const cores = most.map(({ core }) => core);
  const compare = scope.compare === 'none' ? undefined : [scope.compare];
  const sides = SIDES.map((side) => ({
    side,
    asked: together(side, cores).map(([by, its]) => ({
      by,
      its,
      at: add(within(scope, { metrics: asked(its), by: [by], compare })),
    })),
  }));
  return (answers: Answers): Change[] =>
    most.map((tile) => {
      const { metric } = tile.core;
      const splits = sides.flatMap(({ side, asked }): Split[] => {
        const mine = asked.find(({ its }) => its.includes(tile.core));
        const answer = mine && answers(mine.at);
        if (!mine || !answer) return [];
        const now = keyed(answer, metric);
        const then = now.map(({ key, cell }) => ({
          key,
          cell: Object.values(cell.compared ?? {})[0],
        }));
        const question = within(scope, { metrics: [metric], by: [mine.by], compare });
        const split = parts(now, then, tile.meta, { statistic: tile.core.statistics?.[0] });
        return [{ side, dimension: mine.by, question, metric, parts: split }];
      });
      const found = splits.flatMap(({ side, dimension, parts }) =>
        named([{ parts, strength: 1 }])
          .filter(({ share }) => side !== 'channel' || share >= 0.6)
          .map(({ key, share }) => ({ side, dimension, value: key[0] ?? '', share })),
      );
      return { tile, splits, culprits: found };
    });
}
