/** Lines over time, each with its interval as a band; gaps stay gaps. */
import type { EChartsOption, LineSeriesOption, SeriesOption } from 'echarts';
import type { ChartTheme } from '../theme';
import { axis, base, lines, tooltip } from './base';
import type { Scale } from './scale';

export type Maybe = number | null | undefined;

export interface LineSeries {
  name: string;
  values: Maybe[];
  /** Ends of the interval at each point. */
  low?: Maybe[];
  high?: Maybe[];
  /** Drawn thin and dashed: a period compared with. */
  compared?: boolean;
  /** Filled to the ground, and piled on the series before it. */
  stacked?: boolean;
  /** Position of its colour; the position of the series where absent. */
  color?: number;
}

/** Something that happened: a release, a campaign, an incident. */
export interface Mark {
  /** Position on the axis. */
  at: number;
  to?: number;
  title: string;
}

export interface LineData {
  /** Names of the buckets. */
  times: string[];
  series: LineSeries[];
  format: (value: number) => string;
  target?: { value: number; name: string };
  marks?: Mark[];
  /** Buckets that are not over yet or cut, drawn hollow. */
  partial?: boolean[];
  /** Without axes' names, for small multiples. */
  small?: boolean;
  /** The axis begins at zero. */
  zero?: boolean;
  /** Ends of the axis, where several charts share a scale. */
  scale?: Scale;
}

/** The legend's sign of a dashed line. */
const DASHES = 'path://M0 0h5v2h-5z M7 0h5v2h-5z';

/** A line chart. */
export function line(data: LineData): (theme: ChartTheme) => EChartsOption {
  return (theme) => ({
    ...base(theme),
    legend: {
      show: !data.small && data.series.length > 1,
      type: 'scroll',
      top: 0,
      left: 0,
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 4,
      textStyle: { color: theme.ink, fontSize: 12 },
      data: data.series.map(({ name, compared }) => (compared ? { name, icon: DASHES } : name)),
    },
    grid: {
      left: 8,
      right: 16,
      top: !data.small && data.series.length > 1 ? 36 : 14,
      bottom: 4,
      outerBoundsMode: 'same',
    },
    tooltip: {
      ...tooltip(theme),
      trigger: 'axis',
      formatter: (points: unknown) => tip(data, theme, points),
    },
    xAxis: {
      type: 'category',
      data: data.times,
      boundaryGap: false,
      ...axis(theme),
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: !data.zero && !data.series.some(({ stacked }) => stacked),
      splitNumber: data.small ? 2 : 4,
      ...(data.scale ?? {}),
      ...axis(theme),
      axisLabel: { ...axis(theme).axisLabel, formatter: data.format },
    },
    series: data.series.flatMap((series, at) => drawn(data, series, at, theme)),
  });
}

function drawn(data: LineData, series: LineSeries, at: number, theme: ChartTheme): SeriesOption[] {
  const color = theme.series[(series.color ?? at) % theme.series.length] ?? theme.accent;
  const main: LineSeriesOption = {
    type: 'line',
    id: `line-${at}`,
    name: series.name,
    data: series.values.map((value, point) =>
      data.partial?.[point]
        ? { value: value ?? null, symbol: 'emptyCircle', symbolSize: 7 }
        : { value: value ?? null, symbol: 'circle', symbolSize: dot(data, series, point) },
    ),
    showSymbol: true,
    showAllSymbol: true,
    connectNulls: false,
    cursor: 'pointer',
    itemStyle: { color },
    lineStyle: {
      color,
      width: series.compared ? 1.4 : 2.2,
      type: series.compared ? 'dashed' : 'solid',
    },
    z: series.compared ? 2 : 3,
    ...(series.stacked ? { stack: 'all', areaStyle: { opacity: 0.55 } } : {}),
    ...(at === 0 ? marks(data, theme) : {}),
  };
  return [...band(series, at, color), main];
}

/** Points are drawn where they are few, or where no line would show them. */
function dot(data: LineData, { values }: LineSeries, at: number): number {
  const gap = (value: Maybe) => value === null || value === undefined;
  const alone = gap(values[at - 1]) && gap(values[at + 1]);
  return alone || (data.times.length <= 31 && !data.small) ? 5 : 0;
}

/** The interval as two piled lines, of which only the upper is filled. */
function band(series: LineSeries, at: number, color: string): SeriesOption[] {
  const { low, high } = series;
  if (!low || !high || low.every((value) => value === null || value === undefined)) return [];
  const quiet = {
    type: 'line' as const,
    stack: `band-${at}`,
    stackStrategy: 'all' as const,
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
    z: 1,
  };
  const width = high.map((value, point) => {
    const foot = low[point];
    return value === null || value === undefined || foot === null || foot === undefined
      ? null
      : value - foot;
  });
  return [
    { ...quiet, id: `band-low-${at}`, data: low.map((value) => value ?? null) },
    { ...quiet, id: `band-${at}`, data: width, areaStyle: { color, opacity: 0.14 } },
  ];
}

function marks(data: LineData, theme: ChartTheme): Partial<LineSeriesOption> {
  const upright = (data.marks ?? []).map((mark) => ({ xAxis: mark.at, name: mark.title }));
  const level = data.target ? [{ yAxis: data.target.value, name: data.target.name }] : [];
  const areas = (data.marks ?? [])
    .filter((mark) => mark.to !== undefined && mark.to > mark.at)
    .map((mark) => [{ xAxis: mark.at }, { xAxis: mark.to }] as const);
  return {
    markLine: {
      symbol: 'none',
      silent: true,
      lineStyle: { color: theme.muted, type: 'dashed', width: 1 },
      label: {
        show: !data.small,
        formatter: '{b}',
        color: theme.muted,
        position: 'insideEndTop',
        fontSize: 11,
      },
      data: [...level, ...upright],
    },
    markArea: {
      silent: true,
      itemStyle: { color: theme.muted, opacity: 0.1 },
      data: areas.map(([from, to]) => [from, to]),
    },
  };
}

function tip(data: LineData, theme: ChartTheme, points: unknown): HTMLElement {
  const [first] = points as { dataIndex: number }[];
  const at = first?.dataIndex ?? 0;
  const rows = data.series.flatMap((series, position) => {
    const value = series.values[at];
    if (value === null || value === undefined) return [];
    const [low, high] = [series.low?.[at], series.high?.[at]];
    const range =
      low !== null && low !== undefined && high !== null && high !== undefined
        ? ` (${data.format(low)} – ${data.format(high)})`
        : '';
    const color = theme.series[(series.color ?? position) % theme.series.length];
    return [{ color, name: series.name, text: data.format(value) + range }];
  });
  const marks = (data.marks ?? [])
    .filter((mark) => mark.at === at)
    .map(({ title }) => ({ name: '', text: title }));
  return lines(data.times[at] ?? '', [...rows, ...marks]);
}
