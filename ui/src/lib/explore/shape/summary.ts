/** One sentence about what a chart shows, computed from what it shows. */
import type { Cell } from '$lib/api/types';
import { compare, value } from '$lib/format/format';
import { t } from '$lib/i18n/i18n.svelte';
import type { Panel, Serie } from './panel';
import { pointTitle, serieTitle } from './names';

interface Known {
  at: number;
  cell: Cell;
  value: number;
}

const known = (serie: Serie): Known[] =>
  serie.cells.flatMap((cell, at) =>
    cell?.value === null || cell?.value === undefined ? [] : [{ at, cell, value: cell.value }],
  );

const greatest = <T extends { value: number }>(items: T[]): T | undefined =>
  items.reduce<T | undefined>(
    (best, one) => (!best || one.value > best.value ? one : best),
    undefined,
  );
const least = <T extends { value: number }>(items: T[]): T | undefined =>
  items.reduce<T | undefined>(
    (best, one) => (!best || one.value < best.value ? one : best),
    undefined,
  );

/** First, last, extremes and change of lines; buckets that are not over do not count as last. */
export function overTime(panel: Panel, every: string | null | undefined): string {
  const own = panel.series.filter(({ compared }) => !compared);
  const sentences = own.slice(0, 2).flatMap((serie) => {
    const unit = panel.metas[serie.cell]?.unit ?? 'count';
    const good = panel.metas[serie.cell]?.good ?? 'context';
    const whole = known(serie).filter(({ at }) => !panel.points[at]?.partial);
    const [start, end] = [whole[0], whole.at(-1)];
    const worst = good === 'high' ? least(whole) : greatest(whole);
    if (!start || !end || !worst || start === end) return [];
    const when = ({ at }: Known) => {
      const point = panel.points[at];
      return point ? pointTitle(panel, point, every) : '';
    };
    const change = compare(end.value, start.value, unit, good);
    return [
      t('explore.summary.time', {
        what: serieTitle(panel, serie),
        first: value(start.value, unit),
        from: when(start),
        last: value(end.value, unit),
        to: when(end),
        direction: change?.direction ?? 'same',
        by: change?.by ?? '',
        extreme: good === 'high' ? 'low' : 'high',
        worst: value(worst.value, unit),
        when: when(worst),
      }),
    ];
  });
  if (sentences.length === 0) return t('explore.summary.none');
  const more = own.length - sentences.length;
  return [...sentences, ...(more > 0 ? [t('explore.summary.more', { n: more })] : [])].join(' ');
}

/** The largest and the smallest of groups. */
export function overGroups(panel: Panel, every: string | null | undefined): string {
  const all = panel.series
    .filter(({ compared }) => !compared)
    .flatMap((serie) => known(serie).map((one) => ({ ...one, serie })));
  const [high, low] = [greatest(all), least(all)];
  if (!high || !low) return t('explore.summary.none');
  const say = ({ serie, at, value: amount }: (typeof all)[number]) => {
    const point = panel.points[at];
    const names = [point ? pointTitle(panel, point, every) : ''];
    if (Object.keys(serie.dimensions).length || Object.keys(panel.metas).length > 1)
      names.push(serieTitle(panel, serie));
    return {
      name: names.filter(Boolean).join(' · '),
      amount: value(amount, panel.metas[serie.cell]?.unit ?? 'count'),
    };
  };
  const [top, bottom] = [say(high), say(low)];
  if (all.length === 1) return t('explore.summary.one', top);
  return t('explore.summary.groups', {
    n: all.length,
    high: top.amount,
    highest: top.name,
    low: bottom.amount,
    lowest: bottom.name,
  });
}
