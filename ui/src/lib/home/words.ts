/** What Home says of its numbers. */
import type { Answer, Freshness } from '$lib/api/types';
import { bucket, day, period, relative } from '$lib/format/date';
import { compare, number, value } from '$lib/format/format';
import { t } from '$lib/i18n/i18n.svelte';
import { metricTitle } from '$lib/question/names';
import type { Episode, Finding } from './model/standout';
import { plusDays } from './model/dates';
import type { Tile } from './model/tile';

/** The desk in one sentence; `tiles` are in their order, the worst first. */
export function state(tiles: readonly Tile[]): string {
  const known = tiles.filter(({ standing }) => standing !== 'none');
  if (known.length === 0) return t('home.state.empty');
  const words = (tile: Tile) => ({
    all: known.length,
    metric: metricTitle(tile.meta),
    value: value(tile.cell?.value, tile.meta.unit),
    target: value(tile.target, tile.meta.unit),
    then: value(tile.then?.value, tile.meta.unit),
  });
  const of = (standing: Tile['standing']) => known.filter((tile) => tile.standing === standing);
  const [off, worse] = [of('off'), of('worse')];
  if (off[0]) return t('home.state.off', { off: off.length, ...words(off[0]) });
  if (worse[0]) return t('home.state.worse', { worse: worse.length, ...words(worse[0]) });
  const judged = known.some(({ target, then }) => target !== undefined || then !== undefined);
  if (!judged) return t('home.state.bare');
  return known.some(({ target }) => target !== undefined)
    ? t('home.state.targets')
    : t('home.state.usual');
}

/** The period of an answer, and whether it still runs. */
export function periodOf(answer: Answer, now: number): string {
  const { from, to, zone } = answer.period;
  if (!from)
    return t('home.period.all', { day: day(new Date(Date.parse(to) - 1).toISOString(), zone) });
  const over = Date.parse(to) <= now;
  return over ? period(from, to, zone) : t('home.period.sofar', { period: period(from, to, zone) });
}

/** The period compared with. */
export function comparedOf(answer: Answer): string | undefined {
  const first = Object.values(answer.compared ?? {})[0];
  return first && period(first.from, first.to, first.zone);
}

const STALE_MS = 86_400_000;

/** Sources that have not been read for a day or more. */
export const stale = (sources: readonly Freshness[], now: number): Freshness[] =>
  sources.filter(({ last_seen_at: at }) => !at || now - Date.parse(at) >= STALE_MS);

/** When the sources were read: each by name, or the latest of many. */
export function freshness(sources: readonly Freshness[], now: number): string {
  if (sources.length > 3) {
    const latest = sources
      .map(({ last_seen_at: at }) => at ?? '')
      .sort()
      .at(-1);
    return t('home.fresh.all', { n: sources.length, ago: latest ? relative(latest, now) : '–' });
  }
  return sources
    .map(({ source, last_seen_at: at }) =>
      at ? t('home.fresh', { source, ago: relative(at, now) }) : t('home.fresh.never', { source }),
    )
    .join(', ');
}

/** Which weeks an episode is. */
export function weeksOf({ first, last, weeks }: Episode): string {
  if (weeks === 1) return t('home.week.one', { day: bucket(first, 'week') });
  const end = `${plusDays(last, 7)}T00:00:00Z`;
  const words = period(`${first.slice(0, 10)}T00:00:00Z`, end, 'UTC');
  return t('home.week.many', { n: weeks, period: words });
}

/** The name of a number, with the percentile where it is not the median. */
export function nameOf({ meta, statistic }: Pick<Finding, 'meta' | 'statistic'>): string {
  const metric = metricTitle(meta);
  return statistic === 'p90' ? t('home.found.slow', { metric }) : metric;
}

const TIMES = 1.75;

/** How much something differs from what was, with its direction: `SLA attainment down 9 points`. */
export function moved(
  metric: string,
  now: number,
  then: number,
  meta: Pick<Finding['meta'], 'unit' | 'good'>,
  keys: 'found' | 'change',
): string {
  const change = compare(now, then, meta.unit, meta.good);
  const up = now > then;
  if (keys === 'found' && meta.unit !== 'share' && then > 0 && now / then >= TIMES) {
    const times = number(now / then, { maximumFractionDigits: 1 });
    return t('home.found.times', { metric, times });
  }
  const points = Math.abs(now - then) * 100;
  const by =
    meta.unit === 'share'
      ? t('home.found.points', { n: points >= 2 ? Math.round(points) : Number(points.toFixed(1)) })
      : (change?.by ?? '');
  return t(up ? `home.${keys}.up` : `home.${keys}.down`, { metric, by });
}

/** One finding in words. */
export const found = (finding: Finding): string =>
  moved(nameOf(finding), finding.value, finding.usual, finding.meta, 'found');

/** The values of a finding, for a hover. */
export const foundExactly = ({ value: now, usual, meta }: Finding): string =>
  t('home.found.usual', { value: value(now, meta.unit), usual: value(usual, meta.unit) });
