/** In which way a period is written. */
import type { Question } from '$lib/api/types';

export type Mode = 'known' | 'ends' | 'at' | 'words';

type Range = NonNullable<Question['range']>;

/** The way: a period offered by name, two days, an instant, or other words. */
export function modeOf(range: Range, named: readonly string[]): Mode {
  if (typeof range !== 'string') return 'at' in range && range.at ? 'at' : 'ends';
  if (named.includes(range)) return 'known';
  return /^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$/.test(range) ? 'ends' : 'words';
}

/** The days a period is between, where it says them. */
export function ends(range: Range): { from?: string; to?: string; at?: string } {
  if (typeof range === 'string') {
    const [from, to] = range.split('..');
    return to ? { from, to } : {};
  }
  const { from, to, at } = range as Record<string, string | null | undefined>;
  const day = (text: string | null | undefined) => text?.slice(0, 10);
  return { from: day(from), to: day(to), at: day(at) };
}
