/** When it comes in: hour by hour of the week. */
import type { Answer } from '$lib/api/types';
import { VOLUME } from './side';

export const DAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

export type Day = (typeof DAYS)[number];

export interface Hours {
  days: Day[];
  /** By day, then by hour. */
  counts: number[][];
  total: number;
  /** The hour with the most; undefined where there is nothing. */
  top?: { day: Day; hour: number; n: number };
  /** The part on Saturdays and Sundays. */
  weekend: number;
}

/** The seven days by 24 hours of an answer split by them, from the first day of the week on. */
export function hours(answer: Answer, first: string | null | undefined): Hours {
  const start = Math.max(0, DAYS.indexOf((first ?? 'monday') as Day));
  const days = [...DAYS.slice(start), ...DAYS.slice(0, start)];
  const counts = days.map(() => Array.from({ length: 24 }, () => 0));
  let [total, weekend] = [0, 0];
  let top: Hours['top'];
  for (const row of answer.rows) {
    const day = row.day_of_week as Day;
    const hour = Number(row.hour_of_day);
    const n = row.cells[VOLUME]?.value ?? 0;
    const line = counts[days.indexOf(day)];
    if (!line || !(hour in line)) continue;
    line[hour] = n;
    total += n;
    if (day === 'saturday' || day === 'sunday') weekend += n;
    if (n > 0 && n > (top?.n ?? 0)) top = { day, hour, n };
  }
  return { days, counts, total, top, weekend };
}
