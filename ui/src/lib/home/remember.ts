/**
 * Answers about the past, kept for a minute: while tickets come in every second, the page reads
 * again what is so now, and not each time a whole year.
 */
const KEPT_MS = 60_000;
const MOST = 20;
const kept = new Map<string, { at: number; value: unknown }>();

/** What was kept for this question or these, while it is young enough. */
export function remembered<T>(questions: unknown, now = Date.now()): T | undefined {
  const known = kept.get(JSON.stringify(questions));
  return known && now - known.at < KEPT_MS ? (known.value as T) : undefined;
}

/** Keeps a value and returns it; the oldest goes when there are too many. */
export function remember<T>(questions: unknown, value: T, now = Date.now()): T {
  const key = JSON.stringify(questions);
  kept.delete(key);
  kept.set(key, { at: now, value });
  const [oldest] = kept.keys();
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
  return value;
}
