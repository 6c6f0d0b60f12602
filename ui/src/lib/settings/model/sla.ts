/** SLA policies as a form changes them. */
import type { Policies, SlaPolicy, SlaVersion } from '$lib/api/types';
import { policyText, readDuration } from './value';

export const CLOCKS = [
  'first_reply',
  'next_reply',
  'periodic_update',
  'pausable_update',
  'requester_wait',
  'agent_work',
  'total_resolution',
  'net_resolution',
] as const;
export type Clock = (typeof CLOCKS)[number];

/** What a policy can ask for, besides custom fields. */
export const FACETS = [
  'channel',
  'priority',
  'type',
  'account',
  'requester',
  'brand',
  'product',
  'language',
  'group',
  'agent',
  'tag',
  'source',
  'direction',
] as const;

/** The key of a target that holds for every priority without its own. */
export const OTHERS = 'default';

/** The targets of a clock by priority. */
export function targetsOf(version: SlaVersion, clock: Clock): Record<string, string> {
  const targets = (version.targets as Record<string, string | Record<string, string>>)[clock];
  if (targets === undefined) return {};
  return typeof targets === 'string' ? { [OTHERS]: targets } : targets;
}

/** Puts one target in place; nothing written takes it away. */
export function putTarget(version: SlaVersion, clock: Clock, priority: string, text: string): void {
  const all = { ...targetsOf(version, clock) };
  const seconds = readDuration(text);
  if (seconds) all[priority] = policyText(seconds);
  else Reflect.deleteProperty(all, priority);
  const targets = version.targets as Record<string, string | Record<string, string>>;
  const only = Object.keys(all);
  if (only.length === 0) Reflect.deleteProperty(targets, clock);
  else targets[clock] = only.length === 1 && all[OTHERS] ? all[OTHERS] : all;
}

/** Every priority that a version names, after those that the desk uses. */
export function prioritiesOf(version: SlaVersion, used: string[]): string[] {
  const named = CLOCKS.flatMap((clock) => Object.keys(targetsOf(version, clock)));
  return [...new Set([...used, ...named])].filter((name) => name !== OTHERS);
}

/** The values of a condition. */
export const valuesOf = (condition: string | string[]): string[] =>
  typeof condition === 'string' ? [condition] : condition;

/** A policy that promises something common, for a start. */
export const newPolicy = (name: string): SlaPolicy =>
  ({ name, versions: [{ pause: ['pending'], targets: { first_reply: '8h' } }] }) as SlaPolicy;

/** A name that nothing has yet. */
export function freeName(base: string, taken: string[]): string {
  let name = base;
  for (let n = 2; taken.includes(name); n += 1) name = `${base} ${n}`;
  return name;
}

/** Renames a calendar wherever the policies refer to it. */
export function renameCalendar(policies: Policies, from: string, to: string): void {
  if (policies.default_calendar === from) policies.default_calendar = to;
  for (const calendar of policies.calendars ?? []) if (calendar.name === from) calendar.name = to;
  for (const policy of policies.sla ?? []) {
    for (const version of policy.versions) if (version.calendar === from) version.calendar = to;
  }
}
