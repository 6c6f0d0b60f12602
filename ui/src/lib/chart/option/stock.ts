/** A stock over time, piled by its parts, on an axis of instants with margins known to the page. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Maybe } from './line';

/** Margins of the plot in pixels, so that a slider can stand exactly below it. */
export const STOCK_MARGIN = { left: 46, right: 14 } as const;

export interface StockData {
  /** The instants of the points, in milliseconds. */
  at: number[];
  series: { name: string; values: Maybe[]; color: number }[];
  from: number;
  to: number;
  /** Instants named on the axis, with their names. */
  ticks: { at: number; name: string }[];
  /** The full name of an instant. */
  title: (at: number) => string;
  /** What the sum of the parts is called. */
  total: string;
  format: (value: number) => string;
}

/** A chart of a stock. */
export function stock(data: StockData): (theme: ChartTheme) => EChartsOption {
  const names = new Map(data.ticks.map(({ at, name }) => [at, name]));
  return (theme) => ({
    ...base(theme),
    useUTC: true,
    legend: {
      show: data.series.length > 1,
      type: 'scroll',
      top: 0,
      left: 0,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 8,
      textStyle: { color: theme.ink, fontSize: 12 },
    },
    grid: {
      ...STOCK_MARGIN,
      top: data.series.length > 1 ? 36 : 12,
      bottom: 26,
      outerBoundsMode: 'none',
    },
    tooltip: {
      ...tooltip(theme),
      trigger: 'axis',
      formatter: (points: unknown) => tip(data, theme, points),
    },
    xAxis: {
      type: 'time',
      min: data.from,
      max: data.to,
      ...axis(theme),
      splitLine: { show: false },
      axisLabel: {
        ...axis(theme).axisLabel,
        customValues: data.ticks.map(({ at }) => at),
        formatter: (at: number) => names.get(at) ?? '',
      },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      minInterval: 1,
      ...axis(theme),
      axisLabel: { ...axis(theme).axisLabel, formatter: data.format },
    },
    series: data.series.map((series, position) => {
      const color = theme.series[series.color % theme.series.length] ?? theme.accent;
      return {
        type: 'line' as const,
        id: `stock-${position}`,
        name: series.name,
        stack: 'all',
        symbol: 'none',
        itemStyle: { color },
        lineStyle: { color, width: 1.4 },
        areaStyle: { color, opacity: 0.5 },
        data: series.values.map((value, point) => [data.at[point] ?? 0, value ?? null]),
      };
    }),
  });
}

function tip(data: StockData, theme: ChartTheme, points: unknown): HTMLElement {
  const [first] = points as { dataIndex: number }[];
  const at = first?.dataIndex ?? 0;
  const known = data.series.flatMap((series) => {
    const value = series.values[at];
    return value === null || value === undefined ? [] : [{ ...series, value }];
  });
  const rows = known.map(({ name, color, value }) => ({
    color: theme.series[color % theme.series.length],
    name,
    text: data.format(value),
  }));
  const sum = known.reduce((sum, { value }) => sum + value, 0);
  // Piled from below, read from above.
  return lines(data.title(data.at[at] ?? 0), [
    { name: data.total, text: data.format(sum) },
    ...rows.reverse(),
  ]);
}
