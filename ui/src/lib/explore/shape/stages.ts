/** The stages of a funnel: how many tickets each metric counts. */
import type { Answer, Cell, MetricMeta } from '$lib/api/types';
import { cellNames } from './panel';

export interface Stage {
  cell: string;
  meta: MetricMeta;
  count: number;
  /** Of the first stage. */
  share?: number;
  /** Of the stage before it. */
  step?: number;
  /** What of the metric is counted. */
  what: 'value' | 'numerator' | 'n';
}

/** A count is itself, a share its numerator, and a duration or score the cases that have one. */
export function stages(answer: Answer): Stage[] {
  const cells = answer.rows[0]?.cells ?? {};
  const found = cellNames(answer).flatMap((cell) => {
    const meta = answer.metrics[cell];
    const counted = meta && count(meta, cells[cell]);
    return counted ? [{ cell, meta, ...counted }] : [];
  });
  const [first] = found;
  return found.map((stage, at) => {
    const before = found[at - 1];
    return {
      ...stage,
      ...(first?.count ? { share: stage.count / first.count } : {}),
      ...(before?.count ? { step: stage.count / before.count } : {}),
    };
  });
}

function count(
  meta: MetricMeta,
  cell: Cell | undefined,
): Pick<Stage, 'count' | 'what'> | undefined {
  if (!cell) return undefined;
  if (meta.kind === 'count' && meta.unit === 'count')
    return { count: cell.value ?? 0, what: 'value' };
  if (cell.numerator !== null && cell.numerator !== undefined)
    return { count: cell.numerator, what: 'numerator' };
  return { count: cell.n, what: 'n' };
}
