/** What was promised: the targets of a policy, in words and in seconds. */
import type { Policies } from '$lib/api/types';

/** One target: for every ticket, or for those of one priority. */
export interface Promised {
  /** The priority; undefined where it holds for every other ticket. */
  priority: string | undefined;
  seconds: number;
}

const SIZES: Record<string, number> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };

/** The seconds of a target such as `2h`, `30m` or `1h30m`; undefined where it is none. */
export function seconds(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([wdhms])/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (SIZES[unit ?? ''] ?? 0),
    0,
  );
}

const ORDER = ['urgent', 'high', 'normal', 'low'];

/** What the newest version of a policy promises on a clock: the most urgent first, the rest last. */
export function promised(
  policies: Policies | undefined,
  policy: string,
  clock: string,
): Promised[] {
  const versions = policies?.sla.find(({ name }) => name === policy)?.versions ?? [];
  const newest = versions.find(({ to }) => to === undefined || to === null) ?? versions.at(-1);
  const targets = newest?.targets[clock];
  if (targets === undefined) return [];
  const all = typeof targets === 'string' ? { default: targets } : targets;
  return Object.entries(all)
    .flatMap(([name, text]) => {
      const amount = seconds(text);
      const priority = name === 'default' ? undefined : name;
      return amount === undefined ? [] : [{ priority, seconds: amount }];
    })
    .sort((one, two) => rank(one) - rank(two));
}

function rank({ priority }: Promised): number {
  if (priority === undefined) return ORDER.length + 1;
  const at = ORDER.indexOf(priority);
  return at < 0 ? ORDER.length : at;
}
