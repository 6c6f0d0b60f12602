/** Who holds the backlog: owners down, statuses across. */
import type { Answer } from '$lib/api/types';
import { STATUSES, valueOf, type Status } from './parts';

export interface Owner {
  key: string;
  counts: Record<Status, number>;
  total: number;
  median: number | null;
  oldest: number | null;
}

export type OwnerSort = 'name' | Status | 'total' | 'median' | 'oldest';

/** One row for each owner, from the ages by owner, and by owner and status. */
export function owners(ages: Answer, split: Answer, dimension: string): Owner[] {
  const counts = new Map<string, Record<Status, number>>();
  for (const row of split.rows) {
    const key = valueOf(row, dimension);
    const status = valueOf(row, 'status') as Status;
    const known = counts.get(key) ?? { new: 0, open: 0, pending: 0, on_hold: 0 };
    if (STATUSES.includes(status)) known[status] = row.cells.backlog_age?.n ?? 0;
    counts.set(key, known);
  }
  return ages.rows.map((row) => {
    const key = valueOf(row, dimension);
    const cell = row.cells.backlog_age;
    return {
      key,
      counts: counts.get(key) ?? { new: 0, open: 0, pending: 0, on_hold: 0 },
      total: cell?.n ?? 0,
      median: cell?.statistics?.median ?? cell?.value ?? null,
      oldest: cell?.statistics?.max ?? null,
    };
  });
}

/** Sorted by a column; what is unknown stands last, whatever the direction. */
export function sorted(rows: Owner[], by: OwnerSort, ascending: boolean): Owner[] {
  const sign = ascending ? 1 : -1;
  return [...rows].sort((one, two) => {
    if (by === 'name') return sign * one.key.localeCompare(two.key);
    const [left, right] = [measure(one, by), measure(two, by)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right) || one.key.localeCompare(two.key);
  });
}

function measure(owner: Owner, by: Exclude<OwnerSort, 'name'>): number | null {
  if (by === 'total' || by === 'median' || by === 'oldest') return owner[by];
  return owner.counts[by];
}
