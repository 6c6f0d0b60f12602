/** What moved more than chance explains, to be said in words. */
import type { Cell } from '$lib/api/types';
import type { Good, Unit } from '$lib/api/types';
import { few, interval } from '$lib/scorecard/model/interval';
import { VOLUME, type Side, type SideRow } from './side';

/** A share of tickets that changed. */
export interface ShareMove {
  kind: 'share';
  name: string;
  row: SideRow;
  /** In share of all: 0.05 is five percentage points more. */
  change: number;
}

/** A number of one value that changed. */
export interface NumberMove {
  kind: 'number';
  name: string;
  measure: string;
  now: Cell;
  then: Cell;
  better?: boolean;
  /** How large, so that different numbers can be put in one order. */
  size: number;
}

/** Beyond this many standard errors, chance is not the reason. */
const Z = 2.58;
/** A share that moved by less is not worth a sentence. */
const POINTS = 0.01;

/** Values whose share of all tickets rose or fell, the largest change first. */
export function shareMoves({ rows, total }: Side, compare: string): ShareMove[] {
  const now = total?.cells[VOLUME]?.value ?? 0;
  const then = total?.cells[VOLUME]?.compared?.[compare]?.value ?? 0;
  if (!now || !then) return [];
  return rows
    .flatMap((row): ShareMove[] => {
      if (row.share === undefined || row.shareThen === undefined) return [];
      const change = row.share - row.shareThen;
      const pooled = (row.n + (row.then ?? 0)) / (now + then);
      const error = Math.sqrt(pooled * (1 - pooled) * (1 / now + 1 / then));
      const sure = error > 0 && Math.abs(change) / error >= Z && Math.abs(change) >= POINTS;
      return sure && row.name !== '(none)' ? [{ kind: 'share', name: row.name, row, change }] : [];
    })
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

/** Numbers of single values whose intervals then and now do not meet, the largest change first. */
export function numberMoves({ rows, shown, metrics }: Side, compare: string): NumberMove[] {
  return rows
    .filter(({ name }) => name !== '(none)')
    .flatMap(({ name, cells }) =>
      shown.flatMap(({ name: measure }): NumberMove[] => {
        const now = cells[measure];
        const then = now?.compared?.[compare];
        const meta = metrics[measure];
        if (!now || !then || !meta || few(now) || few(then)) return [];
        const [a, b] = [interval(now), interval(then)];
        if (!a || !b || (a.low <= b.high && b.low <= a.high)) return [];
        const size = moved(now.value ?? 0, then.value ?? 0, meta.unit);
        const up = (now.value ?? 0) > (then.value ?? 0);
        return [{ kind: 'number', name, measure, now, then, better: better(meta.good, up), size }];
      }),
    )
    .sort((a, b) => b.size - a.size);
}

const better = (good: Good, up: boolean): boolean | undefined =>
  good === 'context' ? undefined : (good === 'high') === up;

/** Shares by how far they moved, everything else by the factor. */
function moved(now: number, then: number, unit: Unit): number {
  if (unit === 'share') return Math.abs(now - then) * 4;
  return now > 0 && then > 0 ? Math.abs(Math.log(now / then)) : 1;
}
