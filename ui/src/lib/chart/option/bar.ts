/** Bars: one for each group, beside or on each other. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Maybe } from './line';
import type { Scale } from './scale';

export interface BarData {
  groups: string[];
  series: {
    name: string;
    values: Maybe[];
    low?: Maybe[];
    high?: Maybe[];
    color?: number;
    /** Drawn pale: a period compared with. */
    compared?: boolean;
  }[];
  format: (value: number) => string;
  stacked?: boolean;
  /** Groups stand below each other: for names that are long. */
  lying?: boolean;
  target?: { value: number; name: string };
  /** Groups that are buckets not over yet or cut, drawn hollow. */
  partial?: boolean[];
  /** Ends of the axis, where several charts share a scale. */
  scale?: Scale;
  /** Without a legend, for small multiples. */
  small?: boolean;
}

/** A bar chart. */
export function bar(data: BarData): (theme: ChartTheme) => EChartsOption {
  return (theme) => {
    const several = data.series.length > 1 && !data.small;
    const names = {
      type: 'category' as const,
      data: data.groups,
      inverse: data.lying,
      ...axis(theme),
      splitLine: { show: false },
      axisLabel: { ...axis(theme).axisLabel, width: 150, overflow: 'truncate' as const },
    };
    const values = {
      type: 'value' as const,
      splitNumber: data.small ? 2 : 4,
      ...axis(theme),
      ...(data.scale ?? {}),
      axisLabel: { ...axis(theme).axisLabel, formatter: data.format },
    };
    return {
      ...base(theme),
      legend: {
        show: several,
        type: 'scroll',
        top: 0,
        left: 0,
        icon: 'roundRect',
        itemWidth: 12,
        itemHeight: 8,
        textStyle: { color: theme.ink, fontSize: 12 },
      },
      grid: { left: 8, right: 24, top: several ? 36 : 10, bottom: 4, outerBoundsMode: 'same' },
      tooltip: {
        ...tooltip(theme),
        trigger: 'axis',
        axisPointer: { type: 'shadow' },
        formatter: (points: unknown) => tip(data, theme, points),
      },
      xAxis: data.lying ? values : names,
      yAxis: data.lying ? names : values,
      series: data.series.map((series, at) => ({
        type: 'bar' as const,
        id: `bar-${at}`,
        name: series.name,
        data: series.values.map((value, group) =>
          data.partial?.[group]
            ? { value: value ?? null, itemStyle: hollow(theme, series.color ?? at) }
            : (value ?? null),
        ),
        stack: data.stacked ? 'all' : undefined,
        barMaxWidth: 34,
        cursor: 'pointer',
        itemStyle: {
          color: theme.series[(series.color ?? at) % theme.series.length],
          opacity: series.compared ? 0.4 : 1,
          borderRadius: data.stacked ? 0 : data.lying ? [0, 4, 4, 0] : [4, 4, 0, 0],
        },
        markLine:
          at === 0 && data.target
            ? {
                symbol: 'none',
                silent: true,
                lineStyle: { color: theme.muted, type: 'dashed' as const },
                label: { formatter: '{b}', color: theme.muted, fontSize: 11 },
                data: [
                  { [data.lying ? 'xAxis' : 'yAxis']: data.target.value, name: data.target.name },
                ],
              }
            : undefined,
      })),
    } as EChartsOption;
  };
}

function hollow(theme: ChartTheme, position: number) {
  const color = theme.series[position % theme.series.length] ?? theme.accent;
  return { color: theme.surface, borderColor: color, borderWidth: 1.5, borderType: 'dashed' };
}

function tip(data: BarData, theme: ChartTheme, points: unknown): HTMLElement {
  const [first] = points as { dataIndex: number }[];
  const at = first?.dataIndex ?? 0;
  const rows = data.series.flatMap((series, position) => {
    const value = series.values[at];
    if (value === null || value === undefined) return [];
    return [
      {
        color: theme.series[(series.color ?? position) % theme.series.length],
        name: series.name,
        text: data.format(value),
      },
    ];
  });
  return lines(data.groups[at] ?? '', rows);
}
