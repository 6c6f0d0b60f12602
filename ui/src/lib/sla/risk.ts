/** Promises that still run: which are missed next, and which are missed already. */
import type { Answer, TicketPage, TicketRow } from '$lib/api/types';
import { valueOf } from '$lib/backlog/parts';

export const HORIZONS = [1, 4, 8, 24] as const;
export type Horizon = (typeof HORIZONS)[number];

/** A running promise: its ticket, its clock, and the instant at which it is missed. */
export interface Running {
  row: TicketRow;
  clock: string;
  /** In milliseconds. */
  due: number;
}

/** The clocks that have anything to tell, of an answer by clock. */
export const clocksOf = (answer: Answer, metric: string): { clock: string; n: number }[] =>
  answer.rows.flatMap((row) => {
    const n = row.cells[metric]?.n ?? 0;
    return n > 0 ? [{ clock: valueOf(row, 'clock'), n }] : [];
  });

/** The lists of several clocks as one, the soonest first. */
export function merged(pages: { clock: string; page: TicketPage }[]): Running[] {
  return pages
    .flatMap(({ clock, page }) =>
      page.rows.flatMap((row) => {
        const due = row.time ? Date.parse(row.time) : NaN;
        return Number.isFinite(due) ? [{ row, clock, due }] : [];
      }),
    )
    .sort((one, two) => one.due - two.due || one.row.number - two.row.number);
}

/** What is missed within so many hours, unless somebody acts. */
export const soon = (running: Running[], hours: number, now: number): Running[] =>
  running.filter(({ due }) => due >= now && due <= now + hours * 3_600_000);

/** The nearest horizon within which anything falls due; the farthest where nothing does. */
export const fitting = (running: Running[], now: number): Horizon =>
  HORIZONS.find((hours) => soon(running, hours, now).length > 0) ?? 24;

/** Whether more may fall due within the hours than was read: a list ended before they did. */
export const cut = (
  pages: { clock: string; page: TicketPage }[],
  hours: number,
  now: number,
): boolean =>
  pages.some(({ page }) => {
    const last = page.rows.at(-1)?.time;
    return (
      page.next !== undefined &&
      page.next !== null &&
      (!last || Date.parse(last) <= now + hours * 3_600_000)
    );
  });
