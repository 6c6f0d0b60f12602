/** Instants as whole microseconds, so that sums of them are exact. */

const PER_MS = 1_000;
const PER_SECOND = 1_000_000;

/** An instant (RFC 3339) in microseconds since 1970; a number holds them exactly until 2255. */
export function micros(at: string): number {
  const fraction = /\.(\d+)/.exec(at)?.[1] ?? '';
  const whole = Date.parse(at.replace(/\.\d+/, ''));
  return whole * PER_MS + Number(fraction.slice(0, 6).padEnd(6, '0'));
}

/** Microseconds since 1970 as an instant (RFC 3339), to the millisecond. */
export const instantOf = (us: number): string => new Date(us / PER_MS).toISOString();

/** Microseconds as seconds, for those who format durations. */
export const seconds = (us: number): number => us / PER_SECOND;

export interface WholePart {
  n: number;
  unit: 'h' | 'min' | 's';
}

/**
 * A duration split into hours, minutes and seconds without rounding. There are no days: a day of
 * business hours is not a day.
 */
export function wholeParts(us: number): WholePart[] {
  const size = Math.abs(us);
  const hours = Math.floor(size / (3_600 * PER_SECOND));
  const minutes = Math.floor((size % (3_600 * PER_SECOND)) / (60 * PER_SECOND));
  const rest = (size % (60 * PER_SECOND)) / PER_SECOND;
  const parts: WholePart[] = [
    { n: hours, unit: 'h' },
    { n: minutes, unit: 'min' },
    { n: rest, unit: 's' },
  ];
  const kept = parts.filter(({ n }) => n > 0);
  return kept.length ? kept : [{ n: 0, unit: 's' }];
}

/** How far the wall clock of a zone is ahead of UTC at an instant, in minutes. */
function offset(us: number, zone: string): number {
  const date = new Date(us / PER_MS);
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(date);
  const get = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'));
  return Math.round((local - Math.floor(date.getTime() / 60_000) * 60_000) / 60_000);
}

const DAY_US = 86_400 * PER_SECOND;

/** The instants in `(from, to]` at which the clocks of a zone are put forward or back. */
export function clockChanges(zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  let before = offset(from, zone);
  for (let at = from; at < to; at += DAY_US) {
    let [low, high] = [at, Math.min(at + DAY_US, to)];
    const after = offset(high, zone);
    if (after !== before) {
      while (high - low > PER_SECOND) {
        const middle = Math.floor((low + high) / 2);
        if (offset(middle, zone) === before) low = middle;
        else high = middle;
      }
      found.push(Math.round(high / (60 * PER_SECOND)) * 60 * PER_SECOND);
    }
    before = after;
  }
  return found;
}
