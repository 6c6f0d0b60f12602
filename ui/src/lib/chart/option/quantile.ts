/** Quantile curves: which value a share of all cases stays below. */
import type { EChartsOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Scale } from './scale';

export interface QuantileData {
  series: {
    name: string;
    /** Percentile and value, in order. */
    points: { at: number; value: number }[];
    compared?: boolean;
    color?: number;
  }[];
  format: (value: number) => string;
  /** A percentile in words, on the axis and in tooltips. */
  percent: (at: number) => string;
  /** Percentiles that are marked, with their names. */
  marks: { at: number; name: string }[];
  scale?: Scale;
}

/** Curves of percentiles. */
export function quantiles(data: QuantileData): (theme: ChartTheme) => EChartsOption {
  const several = data.series.length > 1;
  return (theme) => ({
    ...base(theme),
    legend: {
      show: several,
      type: 'scroll',
      top: 0,
      left: 0,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 4,
      textStyle: { color: theme.ink, fontSize: 12 },
    },
    grid: { left: 8, right: 24, top: several ? 52 : 24, bottom: 4, outerBoundsMode: 'same' },
    tooltip: {
      ...tooltip(theme),
      trigger: 'axis',
      formatter: (points: unknown) => tip(data, theme, points),
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: 100,
      interval: 10,
      ...axis(theme),
      splitLine: { show: false },
      axisLabel: {
        ...axis(theme).axisLabel,
        formatter: (at: number) => data.percent(at),
      },
      axisPointer: { snap: true },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      min: 0,
      ...(data.scale ?? {}),
      ...axis(theme),
      axisLabel: { ...axis(theme).axisLabel, formatter: data.format },
    },
    series: data.series.map((series, position) => {
      const color = theme.series[(series.color ?? position) % theme.series.length] ?? theme.accent;
      const marked = data.marks.flatMap((mark) => {
        const point = series.points.find(({ at }) => at === mark.at);
        return point && !series.compared ? [{ ...point, name: mark.name }] : [];
      });
      return {
        type: 'line' as const,
        id: `quantile-${position}`,
        name: series.name,
        data: series.points.map(({ at, value }) => [at, value]),
        symbol: 'circle',
        symbolSize: 4,
        showAllSymbol: true,
        cursor: 'pointer',
        itemStyle: { color },
        lineStyle: {
          color,
          width: series.compared ? 1.4 : 2.2,
          type: series.compared ? ('dashed' as const) : ('solid' as const),
        },
        areaStyle: several ? undefined : { color, opacity: 0.08 },
        markPoint: {
          symbol: 'circle',
          symbolSize: 10,
          silent: true,
          itemStyle: { color: theme.surface, borderColor: color, borderWidth: 2.5 },
          label: {
            show: !several,
            position: 'top' as const,
            align: 'right' as const,
            color: theme.ink,
            fontSize: 12,
            fontWeight: 600,
            formatter: (point: { dataIndex: number }) =>
              data.format(marked[point.dataIndex]?.value ?? 0),
          },
          data: marked.map(({ at, value, name }) => ({ coord: [at, value], name })),
        },
        markLine:
          position === 0
            ? {
                symbol: 'none',
                silent: true,
                lineStyle: { color: theme.muted, type: 'dashed' as const, width: 1 },
                label: { formatter: '{b}', color: theme.muted, fontSize: 11 },
                data: data.marks.map(({ at, name }) => ({ xAxis: at, name })),
              }
            : undefined,
      };
    }) as EChartsOption['series'],
  });
}

function tip(data: QuantileData, theme: ChartTheme, points: unknown): HTMLElement {
  const [first] = points as { value: [number, number] }[];
  const at = first?.value[0] ?? 50;
  const rows = data.series.flatMap((series, position) => {
    const point = series.points.find((one) => one.at === at);
    if (!point) return [];
    const color = theme.series[(series.color ?? position) % theme.series.length];
    return [{ color, name: series.name, text: data.format(point.value) }];
  });
  return lines(data.percent(at), rows);
}
