/** Answers about promises, in the shape that tables and bars need. */
import type { Answer, Cell } from '$lib/api/types';
import { valueOf } from '$lib/backlog/parts';

export interface Kept {
  policy: string;
  clock: string;
  cell: Cell | undefined;
  met: number;
  missed: number;
  /** Seconds by which the middle one of the missed was missed. */
  overrun: number | null;
  worst: number | null;
}

/** Promises met and missed by policy and clock, the worst first. */
export function byPolicy(kept: Answer, overrun: Answer | undefined): Kept[] {
  const over = new Map(
    overrun?.rows.map((row) => [
      `${valueOf(row, 'policy')} ${valueOf(row, 'clock')}`,
      row.cells.sla_overrun,
    ]),
  );
  return kept.rows
    .map((row) => {
      const [policy, clock] = [valueOf(row, 'policy'), valueOf(row, 'clock')];
      const cell = row.cells.sla_attainment;
      const late = over.get(`${policy} ${clock}`);
      return {
        policy,
        clock,
        cell,
        ...sides(cell),
        overrun: late?.statistics?.median ?? late?.value ?? null,
        worst: late?.statistics?.max ?? null,
      };
    })
    .filter(({ cell }) => (cell?.n ?? 0) > 0)
    .sort((one, two) => (one.cell?.value ?? 2) - (two.cell?.value ?? 2));
}

/** How many of a share's cases were on either side. */
export function sides(cell: Cell | undefined): { met: number; missed: number } {
  const met = cell?.numerator ?? 0;
  return { met, missed: (cell?.denominator ?? cell?.n ?? 0) - met };
}

export interface Missed {
  key: string;
  missed: number;
  of: number;
  share: number | null;
}

/** Missed promises by one dimension, the most first. */
export function missedBy(answer: Answer, dimension: string): Missed[] {
  return answer.rows
    .map((row) => {
      const cell = row.cells.sla_attainment;
      const { missed } = sides(cell);
      return { key: valueOf(row, dimension), missed, of: cell?.n ?? 0, share: cell?.value ?? null };
    })
    .filter(({ of }) => of > 0)
    .sort((one, two) => two.missed - one.missed || one.key.localeCompare(two.key));
}

export const DAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

/** Missed promises by weekday and hour; null where nothing fell due. */
export function byHour(answer: Answer): { missed: number | null; of: number }[][] {
  const grid = DAYS.map(() =>
    Array.from({ length: 24 }, (): { missed: number | null; of: number } => ({
      missed: null,
      of: 0,
    })),
  );
  for (const row of answer.rows) {
    const day = DAYS.findIndex((name) => name === valueOf(row, 'day_of_week'));
    const hour = Number(valueOf(row, 'hour_of_day'));
    const cell = row.cells.sla_attainment;
    const week = grid[day];
    if (week?.[hour] && cell?.n) week[hour] = { missed: sides(cell).missed, of: cell.n };
  }
  return grid;
}

/** The hour of the week in which most was missed; undefined where nothing was. */
export function worstHour(grid: { missed: number | null }[][]) {
  let worst: { day: number; hour: number; missed: number } | undefined;
  grid.forEach((week, day) =>
    week.forEach(({ missed }, hour) => {
      if (missed !== null && missed > (worst?.missed ?? 0)) worst = { day, hour, missed };
    }),
  );
  return worst;
}
