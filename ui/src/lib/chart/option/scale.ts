/** Ends of an axis with ticks that people would choose. */
import type { Unit } from '$lib/api/types';

export interface Scale {
  min: number;
  max: number;
  /** Between ticks. */
  interval?: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Steps between ticks of a duration: minutes, hours and days, never 33 minutes. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => n * HOUR),
  ...[1, 2, 4, 7, 14, 28, 50, 100, 200, 500].map((n) => n * DAY),
];

/** A scale from zero to above `max`; undefined where the chart's own ticks are as good. */
export function scale(max: number, unit: Unit, ticks = 5): Scale | undefined {
  if (unit !== 'seconds' || !(max > 0)) return undefined;
  const interval = STEPS.find((step) => max / step <= ticks) ?? Math.ceil(max / ticks / DAY) * DAY;
  return { min: 0, max: Math.ceil(max / interval) * interval, interval };
}
