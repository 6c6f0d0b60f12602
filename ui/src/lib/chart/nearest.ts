/** Which point of a line is meant by a press between the points. */
import type { EChartsType } from 'echarts/core';

export interface Drawn {
  type?: string;
  id?: string;
  silent?: boolean;
  stack?: string;
  data?: unknown[];
}

/** The series, among lines that can be pressed, whose value at a position is closest to another. */
export function closest(
  series: Drawn[],
  at: number,
  value: number,
): { series: number; at: number; id?: string } | undefined {
  let found: { series: number; at: number; id?: string; far: number } | undefined;
  let pile = 0;
  series.forEach((one, position) => {
    if (one.type !== 'line' || one.silent) return;
    const item = one.data?.[at];
    const own =
      item !== null && typeof item === 'object' ? (item as { value: unknown }).value : item;
    if (typeof own !== 'number') return;
    if (one.stack) pile += own;
    const far = Math.abs((one.stack ? pile : own) - value);
    if (!found || far < found.far) found = { series: position, at, id: one.id, far };
  });
  return found && { series: found.series, at: found.at, id: found.id };
}

/** The point of a line chart closest to a place in it. */
export function nearest(chart: EChartsType, x: number, y: number) {
  const { series, xAxis } = chart.getOption() as { series?: Drawn[]; xAxis?: { type?: string }[] };
  if (xAxis?.[0]?.type !== 'category' || !chart.containPixel('grid', [x, y])) return undefined;
  const [at, value] = chart.convertFromPixel('grid', [x, y]);
  return at === undefined || value === undefined
    ? undefined
    : closest(series ?? [], Math.round(at), value);
}
