/** Who drove a change: how much each value of a dimension contributed to it. */
import type { Answer, Cell, MetricMeta } from '$lib/api/types';
import { statistic } from './core';

export interface Part {
  /** Values of the dimensions, in their order. */
  key: string[];
  now: Cell | undefined;
  then: Cell | undefined;
  /** What it contributed, in the metric's unit. */
  part: number;
  /** Of the sum of all contributions; above one where others made up for it. */
  share: number;
  /** Its part of everything before: what a change that hit all alike would give it. */
  weight: number;
}

type Kind = Pick<MetricMeta, 'kind' | 'unit' | 'statistics'>;

/** Counts and stocks are added up; everything else is an average of some kind. */
const additive = ({ kind }: Kind) => kind === 'count' || kind === 'stock';

/** Whether contributions add up to the change exactly; medians do not. */
export const exactly = (meta: Kind): boolean => additive(meta) || meta.unit !== 'seconds';

/** Value and weight of a cell: shares and ratios by what is below the line, others by n. */
function weighed(cell: Cell | undefined, name: string | undefined): { value: number; n: number } {
  if (!cell) return { value: 0, n: 0 };
  if (typeof cell.denominator === 'number') {
    const n = cell.denominator;
    return { value: n > 0 ? (cell.numerator ?? 0) / n : 0, n };
  }
  const value = statistic(cell, name);
  return value === undefined ? { value: 0, n: 0 } : { value, n: cell.n };
}

/**
 * The contribution of each group to the change from `then` to `now`, largest share first.
 *
 * Counts: its own change, where `then` was `scale` times as long. Shares, ratios and means:
 * (its weight now × its distance from the whole's former value now) less the same then, which
 * adds up to the change exactly; a group counts that got worse, and a bad one that grew. Medians
 * and other quantiles: the same with the groups' quantiles weighted by n, which is close.
 */
export function parts(
  now: readonly { key: string[]; cell: Cell | undefined }[],
  then: readonly { key: string[]; cell: Cell | undefined }[],
  meta: Kind,
  options: { statistic?: string; scale?: number } = {},
): Part[] {
  const name = options.statistic;
  const id = (key: string[]) => JSON.stringify(key);
  const pairs = new Map<string, Omit<Part, 'part' | 'share' | 'weight'>>();
  for (const { key, cell } of now) pairs.set(id(key), { key, now: cell, then: undefined });
  for (const { key, cell } of then) {
    const known = pairs.get(id(key));
    pairs.set(id(key), { key, now: known?.now, then: cell });
  }
  const all = [...pairs.values()].map((pair) => ({
    pair,
    a: weighed(pair.now, name),
    b: weighed(pair.then, name),
  }));
  const total = (side: 'a' | 'b') => all.reduce((sum, one) => sum + one[side].n, 0);
  const [n, n0] = [total('a'), total('b')];
  const former = n0 > 0 ? all.reduce((sum, { b }) => sum + b.value * b.n, 0) / n0 : 0;
  const whole = all.map(({ pair, a, b }) => {
    let part: number;
    if (additive(meta)) {
      part = (pair.now?.value ?? 0) - (pair.then?.value ?? 0) / (options.scale ?? 1);
    } else {
      part =
        (n > 0 ? (a.n / n) * (a.value - former) : 0) -
        (n0 > 0 ? (b.n / n0) * (b.value - former) : 0);
    }
    return { ...pair, part, weight: n0 > 0 ? b.n / n0 : 0 };
  });
  const sum = whole.reduce((sum, { part }) => sum + part, 0);
  return whole
    .map((one) => ({ ...one, share: sum === 0 ? 0 : one.part / sum }))
    .sort((a, b) => b.share - a.share);
}

/** The rows of an answer as keys and cells of one metric; a missing value is `(none)`. */
export function keyed(answer: Answer | undefined, metric: string): { key: string[]; cell: Cell }[] {
  const by = answer?.question.by ?? [];
  return (answer?.rows ?? []).flatMap((row) => {
    const cell = row.cells[metric];
    const key = by.map((dimension) => String(row[dimension] ?? NONE));
    return cell ? [{ key, cell }] : [];
  });
}

export const NONE = '(none)';

/** A share of the change that is worth a name. */
const NAMED = 0.4;
/** It must also be so many times what its size alone would give it. */
const BEYOND = 1.5;

/** The values worth naming, two at most, each with its mean share over several metrics. */
export function named(
  lists: readonly { parts: readonly Part[]; strength: number }[],
  most = 2,
): { key: string[]; share: number }[] {
  const sums = new Map<string, { key: string[]; share: number; weight: number }>();
  const all = lists.reduce((sum, { strength }) => sum + strength, 0);
  for (const { parts, strength } of lists) {
    for (const { key, share, weight } of parts) {
      const id = JSON.stringify(key);
      const known = sums.get(id) ?? { key, share: 0, weight: 0 };
      known.share += (Math.min(1, Math.max(0, share)) * strength) / all;
      known.weight += (weight * strength) / all;
      sums.set(id, known);
    }
  }
  return [...sums.values()]
    .filter(
      ({ key, share, weight }) => !key.includes(NONE) && share >= NAMED && share >= BEYOND * weight,
    )
    .sort((a, b) => b.share - a.share)
    .slice(0, most)
    .map(({ key, share }) => ({ key, share }));
}
