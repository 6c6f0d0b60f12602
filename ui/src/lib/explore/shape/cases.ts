/** How many cases an answer stands on. */
import type { Answer, MetricMeta } from '$lib/api/types';

/** Whether the cases of rows may be added up: not over time for stocks, not over tags. */
export function additive(answer: Answer, meta: MetricMeta): boolean {
  if (meta.kind === 'stock') return false;
  return !answer.question.by?.some((name) => name === 'tag' || name === 'tags');
}

/** Cases, and those that lack or may change their value, over all rows. */
export function cases(answer: Answer, name: string) {
  const sum = { n: 0, unfinished: 0, provisional: 0 };
  for (const row of answer.rows) {
    const cell = row.cells[name];
    sum.n += cell?.n ?? 0;
    sum.unfinished += cell?.unfinished ?? 0;
    sum.provisional += cell?.provisional ?? 0;
  }
  return sum;
}
