/** What each tile says, and how far off it is. */
import type { Answer, Cell, MetricMeta } from '$lib/api/types';
import { statistic, weeksOf, type Core, type Week } from './core';
import { median, noise } from './robust';

/** Off target, worse or better than chance explains, changed where neither is good, or usual. */
export type Standing = 'off' | 'worse' | 'changed' | 'better' | 'usual' | 'none';

export interface Tile {
  core: Core;
  meta: MetricMeta;
  cell: Cell | undefined;
  /** The same in the period compared with. */
  then: Cell | undefined;
  target: number | undefined;
  standing: Standing;
  /** Size of what is off, for the order: relative for targets, in spreads for changes. */
  distance: number;
  /** The change against `then` in units of chance; zero where it is no news. */
  change: number;
  weeks: Week[];
}

/** A target by `metric` or `metric:variant`. */
export type Targets = Record<string, { value: number } | undefined>;

/** How far a value misses its target, relative to the target; nothing where it is met. */
export function missed(value: number, target: number, good: MetricMeta['good']): number {
  if (good === 'context') return 0;
  const short = good === 'high' ? target - value : value - target;
  return short <= 0 ? 0 : short / Math.max(Math.abs(target), 1e-9);
}

const WEEK_MS = 7 * 86_400_000;
/** Smaller changes are no news, however certain. */
const LEAST_CHANGE = 0.03;
const CERTAIN = 1.96;

/**
 * A change in units of what chance explains. That is the usual spread from week to week, made
 * smaller by how many more cases than a week's the values rest on: of a count over so many weeks
 * it grows with their root, of a stock it stays. Shares are given at least their own error, counts
 * that of rare events.
 */
export function strength(
  now: Cell | undefined,
  then: Cell | undefined,
  meta: Pick<MetricMeta, 'unit' | 'kind'>,
  weeks: readonly Week[],
  length: number,
): number {
  const [a, b] = [now?.value, then?.value];
  if (a === null || a === undefined || b === null || b === undefined) return 0;
  const [n, m] = [Math.max(1, now?.n ?? 0), Math.max(1, then?.n ?? 0)];
  const full = weeks.filter(({ partial, cell }) => !partial && cell);
  const weekly = noise(full.map(({ cell }) => cell?.value ?? undefined));
  let error: number;
  if (meta.kind === 'stock') error = weekly * Math.SQRT2;
  else if (meta.kind === 'count') {
    error = Math.max(weekly * Math.sqrt(2 * length), Math.sqrt(Math.max(0, a + b)));
  } else {
    const usual = median(full.map(({ cell }) => cell?.n ?? 0)) ?? 1;
    error = weekly * Math.sqrt(usual / n + usual / m);
  }
  if (meta.unit === 'share') {
    const of = (p: number, n: number) => Math.max(0, p * (1 - p)) / n;
    error = Math.max(error, Math.sqrt(of(a, n) + of(b, m)));
  }
  error = Math.max(error, Math.abs(b) * 0.005);
  return error > 0 ? (a - b) / error : 0;
}

/** The tiles of the board, in the order of the core set. */
export function tiles(
  core: readonly Core[],
  board: Answer | undefined,
  series: Answer | undefined,
  targets: Targets,
  now: number,
): Tile[] {
  const cells = board?.rows[0]?.cells ?? {};
  const { from, to } = board?.period ?? {};
  const end = Math.min(now, to ? Date.parse(to) : now);
  const length = from ? (end - Date.parse(from)) / WEEK_MS : 52;
  return core.flatMap((one) => {
    const meta = board?.metrics[one.metric];
    if (!meta) return [];
    const cell = cells[one.metric];
    const then = Object.values(cell?.compared ?? {})[0];
    const target = (targets[`${one.metric}:${meta.variant}`] ?? targets[one.metric])?.value;
    const weeks = weeksOf(series, one.metric);
    const change = news(cell, then, strength(cell, then, meta, weeks, length));
    const tile = { core: one, meta, cell, then, target, change, weeks };
    // Nothing now and nothing then is no number at all.
    const some = (cell?.n ?? 0) > 0 || (then?.n ?? 0) > 0;
    const value = some ? statistic(cell, one.statistics?.[0]) : undefined;
    return [{ ...tile, ...standing(value, target, change, meta) }];
  });
}

/** A strength that is both certain and large enough to be told, else zero. */
function news(now: Cell | undefined, then: Cell | undefined, strength: number): number {
  const size = Math.abs((now?.value ?? 0) - (then?.value ?? 0));
  const small = size < LEAST_CHANGE * Math.abs(then?.value ?? 0);
  return small || Math.abs(strength) < CERTAIN ? 0 : strength;
}

function standing(
  value: number | undefined,
  target: number | undefined,
  change: number,
  { good }: MetricMeta,
): Pick<Tile, 'standing' | 'distance'> {
  if (value === undefined) return { standing: 'none', distance: 0 };
  const short = target === undefined ? 0 : missed(value, target, good);
  if (short > 0) return { standing: 'off', distance: short };
  if (change === 0) return { standing: 'usual', distance: 0 };
  const distance = Math.abs(change);
  if (good === 'context') return { standing: 'changed', distance };
  return { standing: (good === 'high') === change > 0 ? 'better' : 'worse', distance };
}
