/** The hours of a week: as people write them, as the policies hold them, and as a grid draws them. */
import type { Hours } from '$lib/api/types';

/** Minutes of a day; an end past midnight belongs to the next day. */
export interface Interval {
  from: number;
  to: number;
}

/** Intervals of each day, Monday first. */
export type Week = Interval[][];

export const DAY = 1440;
const NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const two = (n: number) => String(n).padStart(2, '0');

/** `09:00`; the end of the day is `24:00`. */
export function clockText(minute: number): string {
  const within = minute > DAY ? minute - DAY : minute;
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

/** Minutes of `9`, `9:30`, `09.30` or `24:00`. */
function minutes(text: string): number | undefined {
  const found = /^(\d{1,2})(?:[:.h](\d{2}))?\s*(?:h|uhr)?$/i.exec(text.trim());
  if (!found) return undefined;
  const minute = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minute <= DAY ? minute : undefined;
}

/** One interval as the policies write it: `22:00-06:00` runs into the next day. */
function interval(text: string): Interval | undefined {
  const [first, second, ...rest] = text.split(/[-–—]/);
  const from = minutes(first ?? '');
  const to = minutes(second ?? '');
  if (rest.length || from === undefined || to === undefined || from === DAY) return undefined;
  return { from, to: to > from ? to : to + DAY };
}

const wire = ({ from, to }: Interval): string => `${clockText(from)}-${clockText(to)}`;

/** Intervals in order, those that touch or overlap made one. */
export function merged(intervals: Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  const out: Interval[] = [];
  for (const { from, to } of sorted) {
    const last = out.at(-1);
    if (last && from <= last.to) last.to = Math.min(last.from + DAY, Math.max(last.to, to));
    else out.push({ from, to });
  }
  return out;
}

/** What a person writes of one day: `9–12:30, 13:30–18`; nothing is closed. */
export function readDay(text: string): Interval[] | undefined {
  const parts = text
    .split(/[,;]| und | and /)
    .map((part) => part.trim())
    .filter((part) => part && !/^[-–—]$/.test(part));
  const found = parts.map(interval);
  if (found.some((one) => one === undefined)) return undefined;
  return merged(found.filter((one) => one !== undefined));
}

/** The hours of a day in words. */
export const dayText = (day: Interval[]): string =>
  day.map(({ from, to }) => `${clockText(from)}–${clockText(to)}`).join(', ');

/** Days that a key of the policies names: `mon`, `mon-fri`, `sat-mon`. */
function daysOf(key: string): number[] {
  const [first = '', last = first] = key.toLowerCase().split('-');
  const from = NAMES.indexOf(first.slice(0, 3));
  const to = NAMES.indexOf(last.slice(0, 3));
  if (from < 0 || to < 0) return [];
  const length = ((to - from + 7) % 7) + 1;
  return Array.from({ length }, (_, at) => (from + at) % 7);
}

/** The hours as a week; `undefined` where they are always open. */
export function readHours(hours: Hours): Week | undefined {
  if (typeof hours === 'string') return undefined;
  const week: Week = NAMES.map(() => []);
  for (const [key, texts] of Object.entries(hours)) {
    const intervals = texts.map(interval).filter((one) => one !== undefined);
    for (const day of daysOf(key)) week[day] = merged([...(week[day] ?? []), ...intervals]);
  }
  return week;
}

/** The week as the policies write it, neighbouring days of the same hours named together. */
export function writeHours(week: Week | undefined): Hours {
  if (!week) return '24x7';
  const hours: Record<string, string[]> = {};
  let day = 0;
  while (day < NAMES.length) {
    const text = (week[day] ?? []).map(wire);
    let last = day;
    while (last + 1 < NAMES.length && (week[last + 1] ?? []).map(wire).join() === text.join())
      last++;
    const key = last === day ? NAMES[day] : `${NAMES[day]}-${NAMES[last]}`;
    if (text.length && key) hours[key] = text;
    day = last + 1;
  }
  return hours;
}

/** The intervals of a holiday. */
export const readTexts = (texts: string[] | undefined): Interval[] =>
  (texts ?? []).map(interval).filter((one) => one !== undefined);

export const writeTexts = (day: Interval[]): string[] => day.map(wire);

/** Open hours in a week. */
export const weekHours = (week: Week | undefined): number =>
  week ? week.flat().reduce((sum, { from, to }) => sum + (to - from), 0) / 60 : (7 * DAY) / 60;
