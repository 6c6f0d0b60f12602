/** Which control an issue of the server is about. */
import type { Issue } from '$lib/api/types';

export const CONTROLS = [
  'metrics',
  'by',
  'every',
  'range',
  'compare',
  'where',
  'zone',
  'clock',
  'attribution',
  'statistic',
  'as_of',
  'order',
  'limit',
  'week_start',
] as const;
export type Control = (typeof CONTROLS)[number];

/** Issues beside their controls, and those that belong to none. */
export interface Placed {
  at: Partial<Record<Control, Issue[]>>;
  elsewhere: Issue[];
}

/** Sorts issues by the part of the question that their `place` begins with. */
export function place(issues: Issue[]): Placed {
  const placed: Placed = { at: {}, elsewhere: [] };
  for (const issue of issues) {
    const [name = ''] = issue.place.split(/[.[]/, 1);
    const control = (['from', 'to', 'at'].includes(name) ? 'range' : name) as Control;
    if (CONTROLS.includes(control)) (placed.at[control] ??= []).push(issue);
    else placed.elsewhere.push(issue);
  }
  return placed;
}
