/** The timeline of a ticket by local day, with the gaps between what happened. */
import type { TimelineLine } from '$lib/api/types';
import { micros } from './time';

export interface Entry {
  line: TimelineLine;
  /** Microseconds since the entry before it. */
  gap: number;
  /** How much later we learnt of it, in microseconds, where that is long. */
  late?: number;
}

export interface Day {
  /** Local date: `2026-11-03`. */
  date: string;
  entries: Entry[];
}

const HOUR = 3_600_000_000;
/** Learnt of later than this, an entry is marked. */
const LATE = HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The local date of an instant. */
export function localDate(at: string, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
    formats.set(zone, format);
  }
  return format.format(new Date(at));
}

export function days(lines: TimelineLine[], zone: string): Day[] {
  const days: Day[] = [];
  lines.forEach((line, at) => {
    const before = lines[at - 1];
    const late = micros(line.seen) - micros(line.at);
    const entry: Entry = {
      line,
      gap: before ? Math.max(0, micros(line.at) - micros(before.at)) : 0,
      ...(late > LATE ? { late } : {}),
    };
    const date = localDate(line.at, zone);
    const last = days.at(-1);
    if (last?.date === date) last.entries.push(entry);
    else days.push({ date, entries: [entry] });
  });
  return days;
}

/** Space above an entry in pixels: longer for a longer wait, but a month is not a hundred days high. */
export function space(gap_us: number): number {
  const minutes = gap_us / 60_000_000;
  return minutes < 1 ? 0 : Math.round(Math.min(44, 6 * Math.log2(1 + minutes / 10)));
}

/** Whether the wait before an entry is long enough to be written out. */
export const worthSaying = (gap_us: number): boolean => gap_us >= HOUR;
