/** Arithmetic on local days, `2026-06-08`; no zone is involved. */

const DAY_MS = 86_400_000;

/** The day so many days later. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day.slice(0, 10)}T00:00Z`) + days * DAY_MS)
    .toISOString()
    .slice(0, 10);
}

/** The period of so many whole weeks from a day, as a question writes it. */
export const weeksFrom = (day: string, weeks: number): string =>
  `${day.slice(0, 10)}..${plusDays(day, weeks * 7 - 1)}`;
