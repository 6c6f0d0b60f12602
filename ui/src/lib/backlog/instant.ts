/** Instants of a period, as a slider and a date input need them. All in milliseconds. */
import { fromAbsolute, parseDateTime, toCalendarDateTime, toZoned } from '@internationalized/date';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far apart the stops of the slider may be. */
const STEPS = [
  { minutes: 5 },
  { minutes: 15 },
  { hours: 1 },
  { hours: 3 },
  { hours: 6 },
  { days: 1 },
  { weeks: 1 },
] as const;
const MOST_STOPS = 800;

/** The instant of a local time (`2026-11-09`, `2026-11-09T14:00`) in `zone`. */
export function toInstant(local: string, zone: string): number {
  const text = local.length <= 10 ? `${local}T00:00` : local;
  return toZoned(parseDateTime(text), zone).toDate().getTime();
}

/** An instant as a date-time input writes it, in `zone`. */
export function toLocal(at: number, zone: string): string {
  return toCalendarDateTime(fromAbsolute(at, zone)).toString().slice(0, 16);
}

/** An instant as a question takes it. */
export const toText = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** The end of each bucket: the start of the next one, but never after `until`. */
export function ends(times: string[], until: number, zone: string): number[] {
  return times.map((_, at) => {
    const next = times[at + 1];
    return next === undefined ? until : Math.min(until, toInstant(next, zone));
  });
}

/** The buckets that have begun by `until`: what lies ahead has no stock yet. */
export const begun = (times: string[], until: number, zone: string): string[] =>
  times.filter((time) => toInstant(time, zone) < until);

/** The instants at which the slider stops: round local times, and both ends. */
export function stops(from: number, to: number, zone: string): number[] {
  if (!(to > from)) return [from];
  const span = to - from;
  const step = STEPS.find((step) => span / length(step) <= MOST_STOPS) ?? { weeks: 1 };
  const found = [from];
  let point = fromAbsolute(from, zone).set({ hour: 0, minute: 0, second: 0, millisecond: 0 });
  for (let left = 2 * MOST_STOPS; left > 0; left -= 1) {
    const at = point.toDate().getTime();
    if (at >= to) break;
    if (at > (found.at(-1) ?? from)) found.push(at);
    point = point.add(step);
  }
  found.push(to);
  return found;
}

function length(step: Partial<Record<'minutes' | 'hours' | 'days' | 'weeks', number>>): number {
  const { minutes = 0, hours = 0, days = 0, weeks = 0 } = step;
  return minutes * MINUTE + hours * HOUR + (days + 7 * weeks) * DAY;
}

/** The stop nearest to an instant. */
export function nearest(stops: number[], at: number): number {
  let best = stops[0] ?? at;
  for (const stop of stops) if (Math.abs(stop - at) < Math.abs(best - at)) best = stop;
  return best;
}

/** The instant that an address names, if it is one. */
export function readAt(text: string | null): number | undefined {
  const at = text ? Date.parse(text) : NaN;
  return Number.isFinite(at) ? at : undefined;
}

/** Positions of at most `most` starts, evenly apart, at whole days where buckets are hours. */
export function ticks(times: string[], most = 8): number[] {
  const days =
    times.length > 48 ? times.flatMap((time, at) => (time.endsWith('T00:00') ? [at] : [])) : [];
  const found = days.length > 1 ? days : times.map((_, at) => at);
  const step = Math.ceil(found.length / most);
  return found.filter((_, at) => at % step === 0);
}
