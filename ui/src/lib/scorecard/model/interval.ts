/** How far chance may have moved a value, from what an answer says about it. */
import type { Cell } from '$lib/api/types';

/** Below so many cases a value is shown in grey and not judged: chance decides. */
export const SMALL_N = 20;

/** What to ask of a duration, so that the median has an interval: the first is the value. */
export const QUANTILES = ['median', 'p25', 'p40', 'p60', 'p75'];

export interface Interval {
  low: number;
  high: number;
}

/** Whether a value comes from too few cases to tell anything by. */
export const few = (cell: Cell | undefined): boolean => !!cell && cell.n > 0 && cell.n < SMALL_N;

/** The 95 % interval of a cell: the server's for shares, the median's from its neighbours. */
export function interval(cell: Cell | null | undefined): Interval | undefined {
  if (!cell || cell.n === 0) return undefined;
  if (typeof cell.low === 'number' && typeof cell.high === 'number')
    return { low: cell.low, high: cell.high };
  return medianInterval(cell.statistics, cell.n);
}

/**
 * The interval of a median, from the order of the values: half of them lie below the median, give
 * or take 0.98/√n by chance, and the percentiles around it say which values those are.
 */
export function medianInterval(statistics: Cell['statistics'], n: number): Interval | undefined {
  const points = Object.entries(statistics ?? {}).flatMap(([name, value]) => {
    const at = name === 'median' ? 0.5 : Number(/^p(\d+)$/.exec(name)?.[1] ?? NaN) / 100;
    return Number.isFinite(at) && typeof value === 'number' ? [{ at, value }] : [];
  });
  points.sort((a, b) => a.at - b.at);
  const reach = 0.98 / Math.sqrt(n);
  const low = read(points, 0.5 - reach);
  const high = read(points, 0.5 + reach);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** The value at a position between known percentiles; none beyond them. */
function read(points: { at: number; value: number }[], at: number): number | undefined {
  const above = points.findIndex((point) => point.at >= at);
  const right = points[above];
  const left = points[above - 1];
  if (!right) return undefined;
  if (!left) return right.at === at ? right.value : undefined;
  const share = (at - left.at) / (right.at - left.at);
  return left.value + share * (right.value - left.value);
}
