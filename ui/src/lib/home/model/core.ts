/** The core set: at most ten numbers that keep each other honest, operation beside experience. */
import type { Answer, Cell, Question } from '$lib/api/types';

export interface Core {
  metric: string;
  /** Statistics asked for, where the metric offers several; the first is the value shown. */
  statistics?: readonly string[];
  /** The dimension that says whose it is: who had the ticket then, or has it now. */
  team: 'group' | 'current.group';
  /** Fewer than so many in a week say nothing about that week. */
  least: number;
  /** How many times the usual spread a week must be off to stand out. */
  loud: number;
}

const TIMES = ['median', 'p90'] as const;

/** In the order in which they stand where nothing is off. */
export const CORE: readonly Core[] = [
  { metric: 'volume', team: 'current.group', least: 20, loud: 5 },
  { metric: 'first_response_time', statistics: TIMES, team: 'group', least: 20, loud: 3.5 },
  { metric: 'next_reply_time', statistics: TIMES, team: 'group', least: 20, loud: 3.5 },
  { metric: 'full_resolution_time', statistics: TIMES, team: 'group', least: 20, loud: 3.5 },
  { metric: 'backlog', team: 'group', least: 20, loud: 5 },
  { metric: 'clearance_rate', team: 'current.group', least: 30, loud: 4.5 },
  { metric: 'sla_attainment', team: 'group', least: 30, loud: 3.5 },
  { metric: 'csat', team: 'group', least: 10, loud: 3 },
  { metric: 'first_contact_resolution', team: 'current.group', least: 30, loud: 3.5 },
  { metric: 'reopen_rate', team: 'group', least: 30, loud: 3.5 },
];

/** Core metrics as a question asks for them; their cells go by the metric's name. */
export function asked(core: readonly Core[]): Question['metrics'] {
  return core.map(({ metric, statistics }) =>
    statistics ? { metric, statistic: [...statistics], as: metric } : metric,
  );
}

/** One statistic of a cell; the cell's own value where it has no several. */
export function statistic(cell: Cell | undefined, name: string | undefined): number | undefined {
  const value = (name ? cell?.statistics?.[name] : undefined) ?? cell?.value;
  return value ?? undefined;
}

/** One point of a weekly series. */
export interface Week {
  /** Local start, `2026-06-08`. */
  time: string;
  partial: boolean;
  cell: Cell | undefined;
}

/** The weekly series of one metric, oldest first. */
export function weeksOf(answer: Answer | undefined, metric: string): Week[] {
  return (answer?.rows ?? []).flatMap(({ time, partial, cells }) =>
    time ? [{ time, partial: partial === true, cell: cells[metric] }] : [],
  );
}
