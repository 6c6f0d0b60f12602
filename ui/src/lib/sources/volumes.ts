/** Volumes of each source by month, as a chart takes them. */
import type { Answer } from '$lib/api/types';

export interface Volumes {
  times: string[];
  partial: boolean[];
  series: { source: string; values: (number | null)[] }[];
  total: number;
  /** The month with the most. */
  peak: { time: string; n: number } | undefined;
}

/** Months without anything that are still shown at the end. */
const QUIET_MONTHS = 3;

/** Months in order, and for each source its number in each; months without any are gaps of none. */
export function volumesOf(answer: Answer): Volumes {
  const times: string[] = [];
  const partial: boolean[] = [];
  const series = new Map<string, Map<string, number | null>>();
  const totals = new Map<string, number>();
  for (const row of answer.rows) {
    const time = row.time ?? '';
    if (!times.includes(time)) {
      times.push(time);
      partial.push(row.partial === true);
    }
    const source = String((row as Record<string, unknown>).source ?? '');
    const value = row.cells.volume?.value ?? null;
    const known = series.get(source) ?? new Map<string, number | null>();
    series.set(source, known.set(time, value));
    totals.set(time, (totals.get(time) ?? 0) + (value ?? 0));
  }
  let peak: Volumes['peak'];
  for (const [time, n] of totals) if (!peak || n > peak.n) peak = { time, n };
  // History that nobody adds to would end in years of nothing.
  const quiet = times.length - 1 - times.findLastIndex((time) => (totals.get(time) ?? 0) > 0);
  if (quiet > QUIET_MONTHS) times.length -= quiet - QUIET_MONTHS;
  return {
    times,
    partial: partial.slice(0, times.length),
    series: [...series].map(([source, values]) => ({
      source,
      values: times.map((time) => values.get(time) ?? null),
    })),
    total: [...totals.values()].reduce((sum, n) => sum + n, 0),
    peak,
  };
}
