/** Weeks of the past year that differ strongly from their neighbours. */
import type { Answer, MetricMeta } from '$lib/api/types';
import { statistic, weeksOf, type Core } from './core';
import { spread, usual } from './robust';

/** One number that was off in one week. */
export interface Finding {
  core: Core;
  meta: MetricMeta;
  statistic: string | undefined;
  /** The week's local start. */
  week: string;
  value: number;
  /** The median of its neighbours. */
  usual: number;
  n: number;
  /** How many usual spreads it is off. */
  strength: number;
}

/** Weeks next to each other that stood out: one story. */
export interface Episode {
  /** The local start of its first and of its last week. */
  first: string;
  last: string;
  weeks: number;
  /** The worst of each metric, strongest first. */
  findings: Finding[];
  score: number;
}

/** How loud every week of the series was. */
export interface Loudness {
  time: string;
  score: number;
}

const CAP = 10;
/** A week stands out when what was off in it adds up to this. */
const LOUD = 5;
/** The spread is never taken as less than this part of the usual value. */
const FLOOR = 0.03;

/** Everything that was off in any full week, for the worse or, where nothing is, either way. */
export function findings(core: readonly Core[], series: Answer | undefined): Finding[] {
  return core.flatMap((one) => {
    const meta = series?.metrics[one.metric];
    if (!meta) return [];
    const weeks = weeksOf(series, one.metric).filter(({ partial }) => !partial);
    return (one.statistics ?? [undefined]).flatMap((name) => {
      const values = weeks.map(({ cell }) =>
        cell && cell.n >= one.least ? statistic(cell, name) : undefined,
      );
      const expected = usual(values);
      const off = values.map((value, at) => {
        const base = expected[at];
        return value === undefined || base === undefined ? undefined : value - base;
      });
      const common = spread(off.filter((value) => value !== undefined));
      return weeks.flatMap(({ time, cell }, at): Finding[] => {
        const [value, base, gap] = [values[at], expected[at], off[at]];
        if (value === undefined || base === undefined || gap === undefined || !cell) return [];
        const chance =
          meta.unit === 'share' ? Math.sqrt(Math.max(0, base * (1 - base)) / cell.n) : 0;
        const scale = Math.max(common, chance, FLOOR * Math.abs(base));
        if (scale === 0) return [];
        const bad = meta.good === 'low' ? gap : meta.good === 'high' ? -gap : Math.abs(gap);
        const strength = bad / scale;
        if (strength < one.loud) return [];
        const found = { core: one, meta, statistic: name, week: time, value, usual: base };
        return [{ ...found, n: cell.n, strength }];
      });
    });
  });
}

const size = (strengths: readonly number[]) =>
  Math.sqrt(strengths.reduce((sum, one) => sum + Math.min(one, CAP) ** 2, 0));

/** The strongest finding of each metric. */
function strongest(found: readonly Finding[]): Finding[] {
  const best = new Map<string, Finding>();
  for (const one of found) {
    if (one.strength > (best.get(one.core.metric)?.strength ?? 0)) best.set(one.core.metric, one);
  }
  return [...best.values()].sort((a, b) => b.strength - a.strength);
}

/** How loud each full week was; zero where nothing was off. */
export function loudness(found: readonly Finding[], series: Answer | undefined): Loudness[] {
  return (series?.rows ?? []).flatMap(({ time, partial }) => {
    if (!time || partial) return [];
    const its = strongest(found.filter(({ week }) => week === time));
    return [{ time, score: size(its.map(({ strength }) => strength)) }];
  });
}

/** The weeks that stand out, neighbours merged, the worst first. */
export function episodes(core: readonly Core[], series: Answer | undefined): Episode[] {
  const found = findings(core, series);
  const all: Episode[] = [];
  let open: string[] = [];
  let score = 0;
  const close = () => {
    const [first, last] = [open[0], open.at(-1)];
    if (first && last) {
      const its = strongest(found.filter(({ week }) => open.includes(week)));
      all.push({ first, last, weeks: open.length, findings: its, score });
    }
    open = [];
    score = 0;
  };
  for (const week of loudness(found, series)) {
    if (week.score < LOUD) {
      close();
      continue;
    }
    open.push(week.time);
    score = Math.max(score, week.score);
  }
  close();
  return all.sort((a, b) => b.score - a.score);
}
