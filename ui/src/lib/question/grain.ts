/** The grain of time that fits a period: fine enough to show a bad day, coarse enough to be read. */

export type Grain = 'hour' | 'day' | 'week' | 'month';

const DAYS: Record<string, number> = {
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 30.5,
  quarter: 91.5,
  year: 366,
};

/** About how many days a period lasts; undefined where its text does not say. */
export function daysOf(range: string): number | undefined {
  if (range === 'today' || range === 'yesterday') return 1;
  const words = /^(?:last|previous|this)(?: (\d+))? (hour|day|week|month|quarter|year)s?$/.exec(
    range,
  );
  if (words) return Number(words[1] ?? 1) * (DAYS[words[2] ?? ''] ?? 1);
  if (range.includes('..')) {
    const [from, to] = range.split('..').map((end) => Date.parse(end));
    const days = ((to ?? NaN) - (from ?? NaN)) / 86_400_000 + 1;
    return Number.isFinite(days) && days > 0 ? days : undefined;
  }
  if (/^\d{4}$/.test(range)) return 366;
  if (/^\d{4}-\d{2}$/.test(range)) return 31;
  return /^\d{4}-\d{2}-\d{2}$/.test(range) ? 1 : undefined;
}

/** The finest grain that cuts the period into at most so many buckets; weeks where unknown. */
export function grainFor(range: string, most = 62): Grain {
  const days = daysOf(range);
  if (days === undefined) return 'week';
  if (days * 24 <= most) return 'hour';
  if (days <= most) return 'day';
  return days / 7 <= most ? 'week' : 'month';
}
