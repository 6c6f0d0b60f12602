/** Several questions of a page, each by what it is for, in one request. */
import { askAll, type Asked } from './client';
import type { Question } from './types';

/** Asks all of them; each answer comes back under the name of its question. */
export async function askNamed<K extends string>(
  fetch: typeof globalThis.fetch,
  questions: Record<K, Question>,
): Promise<Record<K, Asked>> {
  const names = Object.keys(questions) as K[];
  const answers = await askAll(
    fetch,
    names.map((name) => questions[name]),
  );
  return Object.fromEntries(names.map((name, at) => [name, answers[at]])) as Record<K, Asked>;
}
