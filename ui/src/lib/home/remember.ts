/**
 * Answers about the past, kept for a minute: while tickets come in every second, the page reads
 * again what is so now, and not each time a whole year.
 */
import type { Asked } from '$lib/api/client';

const KEPT_MS = 60_000;
const MOST = 20;
const kept = new Map<string, { at: number; answers: Promise<Asked[]> }>();

/** What was asked and kept for these questions, while it is young enough. */
export function remembered(questions: unknown, now = Date.now()): Promise<Asked[]> | undefined {
  const known = kept.get(JSON.stringify(questions));
  return known && now - known.at < KEPT_MS ? known.answers : undefined;
}

/** Keeps answers, also while they are on their way, unless there is a failure among them. */
export function remember(
  questions: unknown,
  answers: Promise<Asked[]>,
  now = Date.now(),
): Promise<Asked[]> {
  const key = JSON.stringify(questions);
  kept.delete(key);
  kept.set(key, { at: now, answers });
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  const forget = () => {
    if (kept.get(key)?.answers === answers) kept.delete(key);
  };
  answers.then((all) => all.some(({ error }) => error) && forget(), forget);
  return answers;
}
